"""Every table of the first release."""

import django.db.models.deletion
import leadpact.ledger.models.events
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("bulk", models.BooleanField(default=False)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("rows", models.PositiveBigIntegerField(default=0)),
                ("rejected", models.PositiveBigIntegerField(default=0)),
                ("actor", models.TextField(blank=True)),
            ],
            options={
                "verbose_name": "import",
                "verbose_name_plural": "imports",
            },
        ),
        migrations.CreateModel(
            name="Channel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.TextField(unique=True)),
                ("address", models.TextField()),
                ("receivers", models.TextField(default="[]")),
                ("kinds", models.TextField(default="[]")),
                ("active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Company",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("name", models.TextField(blank=True)),
                ("owner", models.TextField(blank=True)),
                ("told_by", models.TextField(blank=True)),
            ],
            options={
                "verbose_name": "company",
                "verbose_name_plural": "companies",
            },
        ),
        migrations.CreateModel(
            name="CrmConnection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("system", models.CharField(max_length=20, unique=True)),
                ("account", models.TextField(blank=True)),
                ("own_mark", models.TextField(blank=True)),
                ("address", models.TextField(blank=True)),
                ("pages", models.TextField(blank=True)),
                ("credentials", models.TextField()),
                ("mapping", models.TextField()),
                ("shadow", models.BooleanField(default=True)),
                ("connected_at", models.DateTimeField()),
                ("cut_at", models.DateTimeField(null=True)),
                ("pulled_at", models.DateTimeField(null=True)),
                ("pushed_at", models.DateTimeField(null=True)),
                ("sweep_at", models.DateTimeField(null=True)),
                ("failing_since", models.DateTimeField(null=True)),
                ("refused", models.BooleanField(default=False)),
                ("last_error", models.TextField(blank=True)),
                ("rest_until", models.DateTimeField(null=True)),
                ("calls", models.PositiveIntegerField(default=0)),
                ("calls_day", models.DateField(null=True)),
                ("calls_left", models.PositiveIntegerField(null=True)),
                ("clock_ahead", models.IntegerField(default=0)),
                ("leased_until", models.DateTimeField(null=True)),
                ("leased_by", models.TextField(blank=True)),
            ],
            options={
                "verbose_name": "CRM connection",
                "verbose_name_plural": "CRM connections",
            },
        ),
        migrations.CreateModel(
            name="DealReview",
            fields=[
                ("deal", models.TextField(primary_key=True, serialize=False)),
                ("text", models.TextField()),
                ("by", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "review of a deal",
                "verbose_name_plural": "reviews of deals",
            },
        ),
        migrations.CreateModel(
            name="Erased",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "erased key",
                "verbose_name_plural": "erased keys",
            },
        ),
        migrations.CreateModel(
            name="Form",
            fields=[
                ("key", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("name", models.TextField(unique=True)),
                ("kind", models.TextField()),
                ("fields", models.TextField()),
                ("sites", models.TextField(default="[]")),
                ("states", models.TextField(default="{}")),
                ("button", models.TextField()),
                ("thanks", models.TextField(blank=True)),
                ("per_hour", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "web form",
                "verbose_name_plural": "web forms",
            },
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("worker", models.TextField(primary_key=True, serialize=False)),
                ("started_at", models.DateTimeField()),
                ("beat_at", models.DateTimeField()),
                ("turns", models.PositiveBigIntegerField(default=0)),
                ("looks", models.PositiveBigIntegerField(default=0)),
                ("decisions", models.PositiveBigIntegerField(default=0)),
                ("failures", models.PositiveBigIntegerField(default=0)),
                ("seconds", models.FloatField(default=0)),
            ],
            options={
                "verbose_name": "sign of life of a worker",
                "verbose_name_plural": "signs of life of workers",
            },
        ),
        migrations.CreateModel(
            name="Lead",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("begins", models.DateTimeField()),
                ("handed_over", models.BooleanField(db_default=False)),
                ("found_by", models.TextField(db_default="")),
                (
                    "company",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="leads",
                        to="ledger.company",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="absorbed",
                        to="ledger.lead",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.TextField(unique=True)),
                ("email", models.TextField(blank=True)),
                ("calendar", models.TextField(blank=True)),
                ("weight", models.FloatField(default=1)),
                ("cap", models.PositiveIntegerField(null=True)),
                ("position", models.PositiveIntegerField(default=0)),
                ("active", models.BooleanField(default=True)),
                ("joined_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "person",
                "verbose_name_plural": "people",
            },
        ),
        migrations.CreateModel(
            name="PublishedList",
            fields=[
                ("key", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("part", models.TextField(blank=True)),
                ("value", models.TextField()),
                ("places", models.BinaryField(null=True)),
                ("digest", models.CharField(max_length=32)),
            ],
            options={
                "verbose_name": "list behind a figure",
                "verbose_name_plural": "lists behind figures",
            },
        ),
        migrations.CreateModel(
            name="PublishedPart",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("value", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("sha256", models.CharField(max_length=64)),
            ],
            options={
                "verbose_name": "part of a page of figures",
                "verbose_name_plural": "parts of pages of figures",
            },
        ),
        migrations.CreateModel(
            name="PublishedTrait",
            fields=[
                ("place", models.PositiveIntegerField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("is_act", models.BooleanField()),
                ("word", models.CharField(max_length=20)),
                ("leads", models.PositiveIntegerField()),
                ("customers", models.PositiveIntegerField()),
                ("share", models.FloatField(null=True)),
                ("low", models.FloatField(null=True)),
                ("high", models.FloatField(null=True)),
                ("of_others", models.FloatField(null=True)),
                ("times", models.FloatField(null=True)),
                ("times_low", models.FloatField(null=True)),
                ("times_high", models.FloatField(null=True)),
                ("leads_list", models.CharField(blank=True, max_length=20)),
                ("customers_list", models.CharField(blank=True, max_length=20)),
            ],
            options={
                "verbose_name": "trait of leads",
                "verbose_name_plural": "traits of leads",
            },
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.TextField(unique=True)),
                ("side", models.CharField(max_length=9)),
                ("position", models.PositiveIntegerField(default=0)),
                ("active", models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name="Webhook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("url", models.TextField()),
                ("secret", models.TextField()),
                ("kinds", models.TextField(default="[]")),
                ("active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("name", models.TextField(blank=True)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("administrator", "Administrator"),
                            ("marketing head", "Marketing Head"),
                            ("marketer", "Marketer"),
                            ("sales head", "Sales Head"),
                            ("rep", "Rep"),
                            ("viewer", "Viewer"),
                        ],
                        default="viewer",
                        max_length=16,
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("is_staff", models.BooleanField(default=False)),
                ("date_joined", models.DateTimeField(null=True)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
                (
                    "person",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="user",
                        to="ledger.person",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AgreementVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.TextField()),
                ("text", models.TextField()),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("resolved", models.TextField()),
                ("zone_release", models.TextField()),
                ("effective_from", models.DateTimeField()),
                ("published_at", models.DateTimeField()),
                ("published_by", models.TextField()),
            ],
            options={
                "verbose_name": "version of the agreement",
                "verbose_name_plural": "versions of the agreement",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("effective_from",), name="one_version_comes_into_force"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.TextField(unique=True)),
                ("prefix", models.CharField(max_length=12)),
                ("digest", models.CharField(max_length=64, unique=True)),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("collect", "Collect"),
                            ("read", "Read"),
                            ("write", "Write"),
                            ("admin", "Admin"),
                        ],
                        max_length=7,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="keys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "API key",
                "verbose_name_plural": "API keys",
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("actor", models.TextField()),
                ("action", models.TextField()),
                ("subject", models.TextField()),
                ("detail", models.TextField(default="{}")),
                ("salt", models.CharField(blank=True, max_length=32)),
                ("seal", models.CharField(max_length=64)),
                ("previous", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=64, unique=True)),
            ],
            options={
                "verbose_name": "entry of the audit trail",
                "verbose_name_plural": "audit trail",
                "constraints": [
                    models.UniqueConstraint(fields=("previous",), name="audit_chain_does_not_fork")
                ],
            },
        ),
        migrations.CreateModel(
            name="CrmComparison",
            fields=[
                (
                    "connection",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="comparison",
                        serialize=False,
                        to="ledger.crmconnection",
                    ),
                ),
                ("as_of", models.DateTimeField()),
                ("seconds", models.FloatField(default=0)),
                ("counts", models.TextField(default="[]")),
                ("differences", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "comparison with the CRM",
                "verbose_name_plural": "comparisons with the CRM",
            },
        ),
        migrations.CreateModel(
            name="CrmRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("object", models.TextField()),
                ("number", models.TextField()),
                ("modified_at", models.DateTimeField()),
                ("deleted_at", models.DateTimeField(null=True)),
                ("absorbed_by", models.TextField(blank=True)),
                ("prints", models.TextField(default="{}")),
                ("values", models.TextField(default="{}")),
                ("links", models.TextField(default="[]")),
                ("told", models.TextField(default="{}")),
                ("withdrawn", models.TextField(default="{}")),
                ("lacks", models.BooleanField(default=False)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="records",
                        to="ledger.crmconnection",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="crm_records",
                        to="ledger.lead",
                    ),
                ),
            ],
            options={
                "verbose_name": "CRM record",
                "verbose_name_plural": "CRM records",
            },
        ),
        migrations.CreateModel(
            name="Deal",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("amount", models.FloatField(null=True)),
                ("currency", models.TextField(blank=True)),
                ("opened_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("outcome", models.CharField(default="open", max_length=8)),
                ("reason", models.TextField(blank=True)),
                ("owner", models.TextField(blank=True)),
                ("product", models.TextField(blank=True)),
                (
                    "company",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, to="ledger.company"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DigestDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("receiver", models.TextField()),
                ("day", models.DateField()),
            ],
            options={
                "verbose_name": "day of a digest",
                "verbose_name_plural": "days of digests",
                "constraints": [
                    models.UniqueConstraint(fields=("receiver", "day"), name="one_digest_a_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="FormCount",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("begins", models.DateTimeField()),
                ("count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "count of a web form",
                "verbose_name_plural": "counts of web forms",
                "indexes": [models.Index(fields=["begins"], name="form_count_begins")],
            },
        ),
        migrations.CreateModel(
            name="Installation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("live_since", models.DateTimeField(null=True)),
                ("shadow", models.BooleanField(default=False)),
                ("acts_again_since", models.DateTimeField(null=True)),
                ("made_up", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "installation",
                "verbose_name_plural": "installation",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("pk", 1)), name="installation_is_one"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Identity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("email", "Email"), ("id", "Id"), ("visitor", "Visitor")],
                        max_length=8,
                    ),
                ),
                ("value", models.TextField()),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="identities",
                        to="ledger.lead",
                    ),
                ),
            ],
            options={
                "verbose_name": "known address or id",
                "verbose_name_plural": "known addresses and ids",
            },
        ),
        migrations.CreateModel(
            name="Handoff",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("episode", models.IntegerField()),
                ("handed_off_at", models.DateTimeField()),
                ("assigned_at", models.DateTimeField(null=True)),
                ("person", models.TextField(null=True)),
                ("team", models.TextField(null=True)),
                ("queue", models.TextField(null=True)),
                ("route", models.TextField(null=True)),
                ("bulk", models.BooleanField(default=False)),
                ("look_at", models.DateTimeField(null=True)),
                ("steps", models.TextField(default="[]")),
                (
                    "lead",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="handoffs",
                        to="ledger.lead",
                    ),
                ),
            ],
            options={
                "verbose_name": "handover",
                "verbose_name_plural": "handovers",
            },
        ),
        migrations.CreateModel(
            name="Exclusion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.TextField(null=True)),
                ("at", models.DateTimeField()),
                ("duplicate_of", models.TextField(null=True)),
                ("detail", models.TextField(null=True)),
                ("restored", models.BooleanField()),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exclusions",
                        to="ledger.lead",
                    ),
                ),
            ],
            options={
                "verbose_name": "lead left out",
                "verbose_name_plural": "leads left out",
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.TextField()),
                ("event_id", models.TextField()),
                ("happened", models.BigIntegerField()),
                ("recorded", models.BigIntegerField(null=True)),
                ("kind", models.TextField()),
                ("actor", models.TextField(blank=True)),
                ("decided", models.BooleanField(default=False)),
                ("properties", models.TextField(default="{}")),
                (
                    "batch",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="ledger.batch",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="ledger.lead",
                    ),
                ),
            ],
            options={
                "verbose_name": "fact",
                "verbose_name_plural": "facts",
            },
        ),
        migrations.CreateModel(
            name="Episode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("episode", models.IntegerField()),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ending", models.TextField()),
                ("reason", models.TextField(null=True)),
                ("qualified_at", models.DateTimeField(null=True)),
                ("handed_off_at", models.DateTimeField(null=True)),
                ("assigned_at", models.DateTimeField(null=True)),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="episodes",
                        to="ledger.lead",
                    ),
                ),
            ],
            options={
                "verbose_name": "passage through the funnel",
                "verbose_name_plural": "passages through the funnel",
            },
        ),
        migrations.CreateModel(
            name="DealRole",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="roles",
                        to="ledger.deal",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deal_roles",
                        to="ledger.lead",
                    ),
                ),
            ],
            options={
                "verbose_name": "lead in a deal",
                "verbose_name_plural": "leads in deals",
            },
        ),
        migrations.CreateModel(
            name="CrmDue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("noticed_at", models.DateTimeField()),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="due",
                        to="ledger.crmconnection",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="crm_due",
                        to="ledger.lead",
                    ),
                ),
            ],
            options={
                "verbose_name": "lead to compare with the CRM",
                "verbose_name_plural": "leads to compare with the CRM",
            },
        ),
        migrations.CreateModel(
            name="CrmDisagreement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("what", models.TextField()),
                ("record", models.TextField()),
                ("here", models.TextField(blank=True)),
                ("there", models.TextField(blank=True)),
                ("cause", models.TextField()),
                ("url", models.TextField(blank=True)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="disagreements",
                        to="ledger.crmconnection",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="crm_disagreements",
                        to="ledger.lead",
                    ),
                ),
            ],
            options={
                "verbose_name": "difference from the CRM",
                "verbose_name_plural": "differences from the CRM",
            },
        ),
        migrations.CreateModel(
            name="ClockShare",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("episode", models.IntegerField()),
                ("obligation", models.TextField()),
                ("holder", models.TextField(null=True)),
                ("from_at", models.DateTimeField()),
                ("to_at", models.DateTimeField()),
                ("working_seconds", models.FloatField()),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="clock_shares",
                        to="ledger.lead",
                    ),
                ),
            ],
            options={
                "verbose_name": "holder's share of the time of a promise",
                "verbose_name_plural": "holders' shares of the time of promises",
            },
        ),
        migrations.CreateModel(
            name="Clock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("episode", models.IntegerField()),
                ("obligation", models.TextField()),
                ("side", models.TextField()),
                ("segment", models.TextField(null=True)),
                ("version", models.IntegerField()),
                ("started_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("stopped_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("outcome", models.TextField()),
                ("already_in_contact", models.BooleanField(default=False)),
                ("logged_late", models.BooleanField(default=False)),
                ("by_protocol", models.BooleanField(default=False)),
                ("paused", models.BooleanField(default=False)),
                ("holder", models.TextField(null=True)),
                ("qualified_at", models.DateTimeField(null=True)),
                ("handed_off_at", models.DateTimeField(null=True)),
                ("assigned_at", models.DateTimeField(null=True)),
                ("working_seconds", models.FloatField(null=True)),
                ("late_seconds", models.FloatField(null=True)),
                ("protocol_step", models.IntegerField(null=True)),
                (
                    "lead",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="clocks",
                        to="ledger.lead",
                    ),
                ),
            ],
            options={
                "verbose_name": "promise about a lead",
                "verbose_name_plural": "promises about leads",
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("noticed_at", models.DateTimeField()),
                ("bulk", models.BooleanField(default=False)),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="ledger.lead",
                    ),
                ),
            ],
            options={
                "verbose_name": "lead to look at",
                "verbose_name_plural": "leads to look at",
            },
        ),
        migrations.CreateModel(
            name="Measurement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("as_of", models.DateTimeField(null=True)),
                ("newest", models.BigIntegerField(default=0)),
                ("recent", models.BigIntegerField(default=0)),
                ("versions", models.BigIntegerField(default=0)),
                ("imported_at", models.DateTimeField(null=True)),
                ("next_at", models.DateTimeField(null=True)),
                ("seconds", models.FloatField(default=0)),
                ("counts", models.TextField(default="{}")),
                ("proposed_at", models.DateTimeField(null=True)),
                ("leased_by", models.TextField(blank=True)),
                ("leased_until", models.DateTimeField(null=True)),
                (
                    "agreement",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="ledger.agreementversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "last measurement",
                "verbose_name_plural": "last measurement",
            },
        ),
        migrations.CreateModel(
            name="Mute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("receiver", models.TextField()),
                ("kind", models.TextField()),
            ],
            options={
                "verbose_name": "kind of message not wanted",
                "verbose_name_plural": "kinds of messages not wanted",
                "constraints": [
                    models.UniqueConstraint(fields=("receiver", "kind"), name="muted_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.TextField(unique=True)),
                ("kind", models.TextField()),
                ("receiver", models.TextField()),
                ("payload", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("send_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sent", "Sent"),
                            ("dead", "Dead"),
                            ("dropped", "Dropped"),
                        ],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("last_error", models.TextField(blank=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("leased_until", models.DateTimeField(null=True)),
                ("leased_by", models.TextField(blank=True)),
                (
                    "lead",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="ledger.lead",
                    ),
                ),
            ],
            options={
                "verbose_name": "message",
                "verbose_name_plural": "messages",
            },
        ),
        migrations.CreateModel(
            name="NurtureEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("episode", models.IntegerField()),
                ("program", models.TextField()),
                ("owner", models.TextField()),
                ("entered_at", models.DateTimeField()),
                ("step", models.PositiveIntegerField(default=0)),
                ("next_step", models.TextField(null=True)),
                ("next_channel", models.TextField(null=True)),
                ("next_touch_at", models.DateTimeField(null=True)),
                ("left_at", models.DateTimeField(null=True)),
                ("exit", models.TextField(null=True)),
                (
                    "lead",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="nurture_entries",
                        to="ledger.lead",
                    ),
                ),
            ],
            options={
                "verbose_name": "stay in a nurture program",
                "verbose_name_plural": "stays in nurture programs",
            },
        ),
        migrations.CreateModel(
            name="Outcome",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("decision", "Decision"), ("action", "Action")], max_length=8
                    ),
                ),
                ("meeting", models.TextField()),
                ("held_on", models.DateField()),
                ("text", models.TextField()),
                ("owner", models.TextField(blank=True)),
                ("due", models.DateField(null=True)),
                ("by", models.TextField()),
                ("at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                ("done_by", models.TextField(blank=True)),
            ],
            options={
                "indexes": [models.Index(fields=["-held_on", "-id"], name="outcome_by_day")],
            },
        ),
        migrations.CreateModel(
            name="Absence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("begins", models.DateTimeField()),
                ("ends", models.DateTimeField()),
                ("reason", models.TextField(blank=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="absences",
                        to="ledger.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("weight", models.FloatField()),
                ("because", models.TextField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("accepted", "Accepted"),
                            ("refused", "Refused"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("found_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.TextField(blank=True)),
                (
                    "first",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proposals",
                        to="ledger.lead",
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proposals_as_later",
                        to="ledger.lead",
                    ),
                ),
            ],
            options={
                "verbose_name": "pair that may be one person",
                "verbose_name_plural": "pairs that may be one person",
            },
        ),
        migrations.CreateModel(
            name="PublishedMetric",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.TextField()),
                ("period", models.CharField(max_length=10)),
                ("by", models.CharField(blank=True, max_length=12)),
                ("group", models.TextField(blank=True)),
                ("value", models.FloatField(null=True)),
                ("unit", models.TextField()),
                ("n", models.BigIntegerField()),
                ("low", models.FloatField(null=True)),
                ("high", models.FloatField(null=True)),
            ],
            options={
                "verbose_name": "figure",
                "verbose_name_plural": "figures",
                "indexes": [models.Index(fields=["period", "by"], name="metric_of_period")],
            },
        ),
        migrations.CreateModel(
            name="PublishedPiece",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("part", models.TextField(blank=True)),
                ("source", models.TextField()),
                ("number", models.PositiveIntegerField()),
                ("value", models.TextField()),
                ("digest", models.CharField(max_length=80)),
            ],
            options={
                "verbose_name": "piece of a long list",
                "verbose_name_plural": "pieces of long lists",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "number"), name="piece_of_cases_is_one"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PublishedStanding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("obligation", "Obligation"), ("goal", "Goal")], max_length=10
                    ),
                ),
                ("place", models.PositiveIntegerField()),
                ("name", models.TextField()),
                ("value", models.TextField()),
            ],
            options={
                "verbose_name": "verdict on a promise",
                "verbose_name_plural": "verdicts on promises",
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "place"), name="standing_has_its_place")
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("listing", models.TextField()),
                ("name", models.TextField()),
                ("query", models.TextField(blank=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StageEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("episode", models.IntegerField()),
                ("stage", models.TextField()),
                ("entered_at", models.DateTimeField()),
                ("implied", models.BooleanField()),
                ("recorded", models.BooleanField()),
                ("segment", models.TextField(null=True)),
                ("tier", models.TextField(null=True)),
                ("quality", models.TextField(null=True)),
                ("score", models.FloatField(null=True)),
                ("fit", models.FloatField(null=True)),
                ("engagement", models.FloatField(null=True)),
                ("version", models.IntegerField(null=True)),
                ("disputed", models.BooleanField(null=True)),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stage_entries",
                        to="ledger.lead",
                    ),
                ),
            ],
            options={
                "verbose_name": "entry into a stage",
                "verbose_name_plural": "entries into stages",
            },
        ),
        migrations.CreateModel(
            name="Standing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("team", models.TextField()),
                ("bulk", models.BooleanField()),
                ("person", models.TextField()),
                ("due", models.FloatField(default=0)),
                ("had", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "fair share",
                "verbose_name_plural": "fair shares",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("team", "bulk", "person"), name="one_standing_in_a_pool"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="person",
            name="team",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="people",
                to="ledger.team",
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="teams",
            field=models.ManyToManyField(related_name="members", to="ledger.team"),
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=32, unique=True)),
                ("name", models.TextField()),
                ("actor", models.TextField(blank=True)),
                ("created_at", models.DateTimeField()),
                ("files", models.JSONField(default=list)),
                ("meanings", models.JSONField(default=dict)),
                ("timezone", models.TextField(blank=True)),
                ("mapping", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("mapping", "waits for its columns to be confirmed"),
                            ("waiting", "will be imported next"),
                            ("running", "is being imported"),
                            ("done", "imported"),
                            ("failed", "could not be imported"),
                        ],
                        default="mapping",
                        max_length=10,
                    ),
                ),
                ("started_at", models.DateTimeField(null=True)),
                ("beat_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("share", models.FloatField(default=0)),
                ("doing", models.TextField(blank=True)),
                ("error", models.TextField(blank=True)),
                ("batch", models.TextField(blank=True)),
                ("rows", models.PositiveBigIntegerField(default=0)),
                ("fresh", models.PositiveBigIntegerField(default=0)),
                ("leads", models.PositiveBigIntegerField(default=0)),
                ("rejected", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "verbose_name": "upload",
                "verbose_name_plural": "uploads",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "running"])),
                        fields=["id"],
                        name="upload_to_import",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Acceptance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("side", models.CharField(max_length=16)),
                ("sha256", models.CharField(max_length=64)),
                ("by", models.TextField()),
                ("email", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acceptances",
                        to="ledger.agreementversion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("version", "side"), name="a_side_accepts_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="CrmCursor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("object", models.TextField()),
                ("since", models.DateTimeField(null=True)),
                ("began_at", models.DateTimeField(null=True)),
                ("after", models.TextField(blank=True)),
                ("deleted_since", models.DateTimeField(null=True)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cursors",
                        to="ledger.crmconnection",
                    ),
                ),
            ],
            options={
                "verbose_name": "place up to which the CRM was read",
                "verbose_name_plural": "how far the CRM was read",
                "constraints": [
                    models.UniqueConstraint(fields=("connection", "object"), name="crm_object_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="CrmNudge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("object", models.TextField()),
                ("number", models.TextField()),
                ("key", models.TextField()),
                ("forget", models.BooleanField(default=False)),
                ("received_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="nudges",
                        to="ledger.crmconnection",
                    ),
                ),
            ],
            options={
                "verbose_name": "change reported by the CRM",
                "verbose_name_plural": "changes reported by the CRM",
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at", None)), fields=["id"], name="crm_nudge_open"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("connection", "key"), name="crm_nudge_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="CrmOwner",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.TextField()),
                ("name", models.TextField()),
                ("email", models.TextField(blank=True)),
                ("active", models.BooleanField(default=True)),
                ("person", models.TextField(blank=True)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="owners",
                        to="ledger.crmconnection",
                    ),
                ),
            ],
            options={
                "verbose_name": "CRM owner",
                "verbose_name_plural": "CRM owners",
                "constraints": [
                    models.UniqueConstraint(fields=("connection", "number"), name="crm_owner_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="CrmWrite",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("field", models.TextField()),
                ("wanted", models.TextField()),
                ("wanted_at", models.DateTimeField()),
                ("written", models.TextField(null=True)),
                ("written_at", models.DateTimeField(null=True)),
                ("made", models.TextField(blank=True)),
                ("open", models.BooleanField(default=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("undone", models.PositiveIntegerField(default=0)),
                ("try_at", models.DateTimeField(null=True)),
                ("error", models.TextField(blank=True)),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="writes",
                        to="ledger.crmrecord",
                    ),
                ),
            ],
            options={
                "verbose_name": "field to write into the CRM",
                "verbose_name_plural": "fields to write into the CRM",
                "indexes": [
                    models.Index(
                        condition=models.Q(("open", True)),
                        fields=["try_at"],
                        name="crm_write_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("record", "field"), name="crm_field_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="LeadState",
            fields=[
                (
                    "lead",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="state",
                        serialize=False,
                        to="ledger.lead",
                    ),
                ),
                ("status", models.TextField()),
                ("episode", models.IntegerField(null=True)),
                ("stage", models.TextField(null=True)),
                ("stage_since", models.DateTimeField(null=True)),
                ("score", models.FloatField(null=True)),
                ("fit", models.FloatField(null=True)),
                ("engagement", models.FloatField(null=True)),
                ("tier", models.TextField(null=True)),
                ("quality", models.TextField(null=True)),
                ("segment", models.TextField(null=True)),
                ("persona", models.TextField(null=True)),
                ("profile", models.TextField(null=True)),
                ("profile_fit", models.FloatField(null=True)),
                ("holder", models.TextField(null=True)),
                ("reason", models.TextField(null=True)),
                ("unlocked", models.BooleanField(null=True)),
                ("version", models.IntegerField(null=True)),
                ("merged_into", models.TextField(null=True)),
                ("attributes", models.TextField(default="{}")),
                ("handed_off_at", models.DateTimeField(null=True)),
                ("owed_at", models.DateTimeField(null=True)),
                ("fills_cap", models.BooleanField(db_default=False)),
                ("evaluated_at", models.DateTimeField()),
                ("next_at", models.DateTimeField(null=True)),
                ("digest", models.CharField(max_length=32)),
            ],
            options={
                "verbose_name": "state of a lead",
                "verbose_name_plural": "states of leads",
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_at__isnull", False)),
                        fields=["next_at"],
                        name="state_due",
                    ),
                    models.Index(fields=["holder", "status"], name="state_holder"),
                    models.Index(
                        condition=models.Q(("handed_off_at__isnull", False), ("status", "open")),
                        fields=["owed_at"],
                        name="state_with_sales",
                    ),
                    models.Index(
                        condition=models.Q(("handed_off_at__isnull", False), ("status", "open")),
                        fields=["holder", "owed_at"],
                        name="state_with_sales_by_holder",
                    ),
                    models.Index(fields=["stage", "status"], name="state_stage"),
                    models.Index(fields=["segment"], name="state_segment"),
                    models.Index(fields=["stage", "lead"], name="state_by_stage"),
                    models.Index(fields=["score", "lead"], name="state_by_score"),
                    models.Index(
                        condition=models.Q(("fills_cap", True)),
                        fields=["holder"],
                        name="state_fills_cap",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Quarantine",
            fields=[
                (
                    "lead",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="quarantine",
                        serialize=False,
                        to="ledger.lead",
                    ),
                ),
                ("since", models.DateTimeField()),
                ("attempts", models.PositiveIntegerField(default=1)),
                ("retry_at", models.DateTimeField()),
                ("error", models.TextField()),
            ],
            options={
                "verbose_name": "lead put aside",
                "verbose_name_plural": "leads put aside",
                "indexes": [models.Index(fields=["retry_at"], name="quarantine_due")],
            },
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["begins"], name="lead_by_age"),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("handed_over", True)),
                fields=["begins"],
                name="lead_of_sales_by_age",
            ),
        ),
        migrations.AddConstraint(
            model_name="identity",
            constraint=models.UniqueConstraint(
                fields=("kind", "value"), name="identity_names_one_lead"
            ),
        ),
        migrations.AddIndex(
            model_name="handoff",
            index=models.Index(
                condition=models.Q(("person", None)), fields=["handed_off_at"], name="handoff_queue"
            ),
        ),
        migrations.AddIndex(
            model_name="handoff",
            index=models.Index(fields=["person", "handed_off_at"], name="handoff_by_person"),
        ),
        migrations.AddConstraint(
            model_name="handoff",
            constraint=models.UniqueConstraint(
                fields=("lead", "episode"), name="one_handoff_an_episode"
            ),
        ),
        migrations.AddIndex(
            model_name="exclusion",
            index=models.Index(fields=["reason"], name="exclusion_by_reason"),
        ),
        migrations.AddIndex(
            model_name="exclusion",
            index=models.Index(fields=["at"], name="exclusion_by_age"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("lead", None)),
                fields=["kind", "happened"],
                name="event_of_organisation",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                leadpact.ledger.models.events.NamedByVoid("properties"),
                condition=models.Q(("kind", "fact.voided")),
                name="event_named_by_void",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("kind__in", ["clock.disputed", "dispute.ruled"])),
                fields=["happened"],
                name="event_of_a_dispute",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("batch__isnull", False)),
                fields=["batch"],
                name="event_of_batch",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.UniqueConstraint(
                fields=("source", "event_id"), name="event_is_logged_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="dealrole",
            constraint=models.UniqueConstraint(
                fields=("deal", "lead"), name="lead_has_one_role_in_a_deal"
            ),
        ),
        migrations.AddIndex(
            model_name="crmrecord",
            index=models.Index(
                condition=models.Q(("lacks", True)),
                fields=["connection"],
                name="crm_record_lacking",
            ),
        ),
        migrations.AddConstraint(
            model_name="crmrecord",
            constraint=models.UniqueConstraint(
                fields=("connection", "object", "number"), name="crm_record_once"
            ),
        ),
        migrations.AddIndex(
            model_name="crmdisagreement",
            index=models.Index(
                fields=["connection", "what", "cause"], name="crm_disagreement_by_cause"
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("outcome", "running")), fields=["due_at"], name="clock_running"
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("outcome", "overdue")), fields=["due_at"], name="clock_overdue"
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(fields=["holder", "outcome"], name="clock_by_holder"),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(
                    ("outcome__in", ("running", "overdue")), ("protocol_step", None)
                ),
                fields=["due_at", "id"],
                name="clock_open_promise",
            ),
        ),
        migrations.AddConstraint(
            model_name="clock",
            constraint=models.UniqueConstraint(
                fields=("lead", "episode", "obligation"), name="one_clock_a_promise"
            ),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["bulk", "id"], name="change_in_turn"),
        ),
        migrations.AddConstraint(
            model_name="measurement",
            constraint=models.CheckConstraint(
                condition=models.Q(("pk", 1)), name="measurement_is_one"
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["send_at"], name="notice_waiting"
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("state", "dead")), fields=["id"], name="notice_given_up"
            ),
        ),
        migrations.AddIndex(
            model_name="nurtureentry",
            index=models.Index(fields=["next_touch_at", "id"], name="nurture_by_touch"),
        ),
        migrations.AddIndex(
            model_name="nurtureentry",
            index=models.Index(fields=["step", "id"], name="nurture_by_step"),
        ),
        migrations.AddIndex(
            model_name="nurtureentry",
            index=models.Index(fields=["program", "entered_at"], name="nurture_by_program"),
        ),
        migrations.AddIndex(
            model_name="nurtureentry",
            index=models.Index(fields=["entered_at"], name="nurture_by_age"),
        ),
        migrations.AddConstraint(
            model_name="nurtureentry",
            constraint=models.UniqueConstraint(
                fields=("lead", "episode", "program"), name="in_a_program_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="absence",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends__gt", models.F("begins"))), name="absence_ends_later"
            ),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(fields=["state", "weight"], name="proposal_by_weight"),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(
                fields=("first", "second"), name="pair_is_proposed_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(
                fields=("user", "listing", "name"), name="view_is_saved_under_one_name"
            ),
        ),
        migrations.AddIndex(
            model_name="stageentry",
            index=models.Index(fields=["stage", "entered_at"], name="entry_by_stage"),
        ),
    ]
