// Helps of the rooms beside the calling desk. Without this file every page works.
