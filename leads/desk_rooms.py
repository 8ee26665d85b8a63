"""The rooms beside the calling desk: each is a module with its own addresses and what it adds to the desk's pages."""

from . import desk_bulk, desk_duplicates, desk_edit, desk_find, desk_live, desk_reports, drafts

# A room is a module that may have: urls(desk) -> paths, on_queue(request, view, leads) -> context of the queue's page,
# on_request(request, lead) -> context of a request's page. `desk` is the LeadAdmin: desk.page() renders in its frame.
ROOMS = (desk_find, desk_live, drafts, desk_duplicates, desk_bulk, desk_edit, desk_reports)


def urls(desk):
    """Return the addresses of all rooms."""
    return [pattern for room in ROOMS if hasattr(room, "urls") for pattern in room.urls(desk)]


def on_queue(request, view, leads):
    """Return what the rooms add to the context of the queue, shown by _around_queue.html."""
    return _context("on_queue", request, view, leads)


def on_request(request, lead):
    """Return what the rooms add to the context of one request's page, shown by _around_request.html."""
    return _context("on_request", request, lead)


def _context(hook, *args):
    context = {}
    for room in ROOMS:
        if hasattr(room, hook):
            context |= getattr(room, hook)(*args)
    return context
