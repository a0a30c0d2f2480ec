"""Every number that shapes the demo company, in one place."""

from __future__ import annotations

from dataclasses import dataclass, field

from leadpact.demo.leads import Interest


@dataclass(frozen=True)
class Readiness:
    """When the demo's CRM believes a lead sales-ready: points of common sense, aged by month.

    Points fade by half every 30 days, those of the pricing page every 14. `bar` is what a lead
    needs, `large_bar` what one of a company with `large` people or more needs.
    """

    points: dict[str, float] = field(
        default_factory=lambda: {
            "page_viewed": 1,
            "content_downloaded": 6,
            "email_opened": 0.5,
            "email_clicked": 3,
            "webinar_registered": 4,
            "webinar_attended": 12,
            "pricing_viewed": 8,
            "trial_started": 20,
            "product_used": 2,
            "contact form": 15,
            "other form": 3,
            "email_unsubscribed": -20,
            "email_bounced": -10,
        }
    )
    most: dict[str, float] = field(
        default_factory=lambda: {
            "page_viewed": 8,
            "content_downloaded": 18,
            "email_opened": 4,
            "email_clicked": 12,
            "webinar_registered": 8,
            "webinar_attended": 24,
            "pricing_viewed": 24,
            "trial_started": 20,
            "product_used": 12,
            "contact form": 15,
            "other form": 6,
        }
    )
    bar: float = 55
    large_bar: float = 45
    large: int = 1000
    small: int = 20
    least_fit: float = 15
    attended_minutes: int = 20


@dataclass(frozen=True)
class Shares:
    """How common the planted peculiarities are, as shares of all leads unless said otherwise."""

    bots: float = 0.035
    duplicates: float = 0.045
    competitors: float = 0.008
    employees: float = 0.005
    disposable: float = 0.01
    tests: float = 0.003
    customers: float = 0.03
    merged: float = 0.004
    private_mail: float = 0.14
    unknown_attribute: float = 0.16
    enriched_later: float = 0.35
    changes_job: float = 0.015
    delivered_twice: float = 0.006
    arrives_late: float = 0.012


@dataclass(frozen=True)
class Selling:
    """Chances in sales, by how interested the lead truly is."""

    connects: dict[Interest, float] = field(
        default_factory=lambda: {
            Interest.IN_MARKET: 0.48,
            Interest.CURIOUS: 0.36,
            Interest.IDLE: 0.24,
        }
    )
    accepts: dict[Interest, float] = field(
        default_factory=lambda: {
            Interest.IN_MARKET: 0.95,
            Interest.CURIOUS: 0.72,
            Interest.IDLE: 0.38,
        }
    )
    qualifies: dict[Interest, float] = field(
        default_factory=lambda: {
            Interest.IN_MARKET: 0.62,
            Interest.CURIOUS: 0.12,
            Interest.IDLE: 0.02,
        }
    )
    opens_deal: float = 0.66
    wins: float = 0.52
    expands: float = 0.14
    returns: dict[Interest, float] = field(
        default_factory=lambda: {
            Interest.IN_MARKET: 0.6,
            Interest.CURIOUS: 0.3,
            Interest.IDLE: 0.08,
        }
    )


@dataclass(frozen=True)
class Tuning:
    """What the demo company is like."""

    in_market: float = 0.13
    curious: float = 0.33
    leads_per_firm: float = 2.4
    readiness: Readiness = field(default_factory=Readiness)
    shares: Shares = field(default_factory=Shares)
    selling: Selling = field(default_factory=Selling)
