"""The staff site: stock Django admin under the clinic's own name."""

from django.contrib.admin import AdminSite


class ClinicAdminSite(AdminSite):
    site_header = "Clinic staff"
    site_title = "Clinic staff"
    index_title = "Today"
