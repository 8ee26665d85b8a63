"""Which requests belong where: every rule that staff depend on, said once, with the moment passed in."""

from django.db import models
from django.db.models import Q


class LeadQuerySet(models.QuerySet):
    def open(self):
        """Requests somebody still has to call: not closed, not held, not marked a robot."""
        return self.filter(closed_at=None, held_at=None, robot_at=None)

    def free(self, at):
        """Requests nobody holds at `at`: never claimed, given back, or the lease has run out."""
        return self.filter(Q(claimed_by=None) | Q(claimed_until__lte=at))

    def held_by(self, user, at):
        """Requests `user` has claimed and still holds."""
        return self.filter(claimed_by=user, claimed_until__gt=at)
