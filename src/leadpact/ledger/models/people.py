"""Who works the leads: teams, people, and when they are away."""

from __future__ import annotations

from django.db import models


class Team(models.Model):
    """People who receive leads together, in the order of the agreement."""

    name = models.TextField(unique=True)
    side = models.CharField(max_length=9)
    position = models.PositiveIntegerField(default=0)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    """Somebody who may hold leads, known by the name that the agreement and the CRM use.

    `team` is the first of their `teams`; so are calendar, weight, cap and position those of it.
    """

    name = models.TextField(unique=True)
    email = models.TextField(blank=True)
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="people")
    teams = models.ManyToManyField(Team, related_name="members")
    calendar = models.TextField(blank=True)
    weight = models.FloatField(default=1)
    cap = models.PositiveIntegerField(null=True)
    position = models.PositiveIntegerField(default=0)
    active = models.BooleanField(default=True)
    joined_at = models.DateTimeField()

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.name


class Standing(models.Model):
    """What somebody was due of the leads that a team's pool handed out, and how many they had."""

    team = models.TextField()
    bulk = models.BooleanField()
    person = models.TextField()
    due = models.FloatField(default=0)
    had = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "fair share"
        verbose_name_plural = "fair shares"
        constraints = [
            models.UniqueConstraint(
                fields=["team", "bulk", "person"], name="one_standing_in_a_pool"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} in {self.team}: due {self.due}, had {self.had}"


class Absence(models.Model):
    """A stretch, half-open, in which somebody takes no leads."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="absences")
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends__gt=models.F("begins")), name="absence_ends_later"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} away {self.begins:%Y-%m-%d} to {self.ends:%Y-%m-%d}"
