"""Who the leads are: keys under which they are known, companies, deals."""

from __future__ import annotations

from django.db import models


class Company(models.Model):
    """A company by its key, as sources name it; `owner` is the person who holds the account.

    `told_by` is the customer system that says so.
    """

    key = models.TextField(primary_key=True)
    name = models.TextField(blank=True)
    owner = models.TextField(blank=True)
    told_by = models.TextField(blank=True)

    class Meta:
        verbose_name = "company"
        verbose_name_plural = "companies"

    def __str__(self) -> str:
        return self.name or self.key


class Lead(models.Model):
    """A lead by its key. `begins` is its first instant; one that was merged lives in another.

    `handed_over` says whether it ever went to sales: until then it is marketing's alone. `found_by`
    has what people type to find it, in small letters. Both are as of its last look.
    """

    key = models.TextField(primary_key=True)
    begins = models.DateTimeField()
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="absorbed"
    )
    company = models.ForeignKey(Company, null=True, on_delete=models.SET_NULL, related_name="leads")
    handed_over = models.BooleanField(db_default=False)
    found_by = models.TextField(db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["begins"], name="lead_by_age"),
            models.Index(
                fields=["begins"], condition=models.Q(handed_over=True), name="lead_of_sales_by_age"
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Identity(models.Model):
    """A key under which a lead is known: its mailbox, its id in some system, a visitor's id."""

    class Kind(models.TextChoices):
        """What kind of key it is."""

        EMAIL = "email"
        ID = "id"
        VISITOR = "visitor"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    value = models.TextField()
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="identities")

    class Meta:
        verbose_name = "known address or id"
        verbose_name_plural = "known addresses and ids"
        constraints = [
            models.UniqueConstraint(fields=["kind", "value"], name="identity_names_one_lead")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class Deal(models.Model):
    """A deal, as last stated; its leads have roles in it."""

    key = models.TextField(primary_key=True)
    company = models.ForeignKey(Company, null=True, on_delete=models.SET_NULL)
    amount = models.FloatField(null=True)
    currency = models.TextField(blank=True)
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, default="open")
    reason = models.TextField(blank=True)
    owner = models.TextField(blank=True)
    product = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.key


class DealRole(models.Model):
    """A lead's part in a deal."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="roles", db_index=False)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="deal_roles")

    class Meta:
        verbose_name = "lead in a deal"
        verbose_name_plural = "leads in deals"
        constraints = [
            models.UniqueConstraint(fields=["deal", "lead"], name="lead_has_one_role_in_a_deal")
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} in {self.deal_id}"


class DealReview(models.Model):
    """What the heads concluded from a deal that was won or lost; nothing is worked out from it.

    It names the deal by key, for deals are told anew from the log.
    """

    deal = models.TextField(primary_key=True)
    text = models.TextField()
    by = models.TextField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = "review of a deal"
        verbose_name_plural = "reviews of deals"

    def __str__(self) -> str:
        return f"review of {self.deal}"


class Proposal(models.Model):
    """Two leads that may be one person; people accept it, which merges them, or refuse it for good.

    `first` came earlier and goes on. `weight` is how many times over the odds double that they are
    one; `because` says why in words.
    """

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "open"
        ACCEPTED = "accepted"
        REFUSED = "refused"

    first = models.ForeignKey(
        Lead, on_delete=models.CASCADE, related_name="proposals", db_index=False
    )
    second = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="proposals_as_later")
    weight = models.FloatField()
    because = models.TextField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(blank=True)

    class Meta:
        verbose_name = "pair that may be one person"
        verbose_name_plural = "pairs that may be one person"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="pair_is_proposed_once")
        ]
        indexes = [models.Index(fields=["state", "weight"], name="proposal_by_weight")]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}: {self.state}"
