"""Every table of the first release."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
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
            ],
        ),
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
        ),
        migrations.CreateModel(
            name="Company",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("name", models.TextField(blank=True)),
                ("owner", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="Lead",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("begins", models.DateTimeField()),
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
        ),
        migrations.CreateModel(
            name="PublishedMetric",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("as_of", models.DateTimeField()),
                ("value", models.TextField()),
            ],
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("effective_from",), name="one_version_comes_into_force"
                    )
                ],
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
                ("previous", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=64, unique=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("previous",), name="audit_chain_does_not_fork")
                ],
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
                ("created_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("pk", 1)), name="installation_is_one"
                    )
                ],
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
                ("evaluated_at", models.DateTimeField()),
                ("next_at", models.DateTimeField(null=True)),
                ("digest", models.CharField(max_length=32)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_at__isnull", False)),
                        fields=["next_at"],
                        name="state_due",
                    ),
                    models.Index(fields=["holder", "status"], name="state_holder"),
                    models.Index(fields=["stage", "status"], name="state_stage"),
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "value"), name="identity_names_one_lead"
                    )
                ],
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
                ("route", models.TextField(null=True)),
                ("priority", models.FloatField(default=0)),
                ("look_at", models.DateTimeField(null=True)),
                ("steps", models.TextField(default="[]")),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="handoffs",
                        to="ledger.lead",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("person", None)),
                        fields=["-priority", "handed_off_at"],
                        name="handoff_queue",
                    ),
                    models.Index(fields=["person", "handed_off_at"], name="handoff_by_person"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("lead", "episode"), name="one_handoff_an_episode"
                    )
                ],
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
                "indexes": [models.Index(fields=["reason"], name="exclusion_by_reason")],
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("lead", None)),
                        fields=["kind", "happened"],
                        name="event_of_organisation",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "event_id"), name="event_is_logged_once"
                    )
                ],
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("deal", "lead"), name="lead_has_one_role_in_a_deal"
                    )
                ],
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="clocks",
                        to="ledger.lead",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("outcome", "running")),
                        fields=["due_at"],
                        name="clock_running",
                    ),
                    models.Index(fields=["holder", "outcome"], name="clock_by_holder"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("lead", "episode", "obligation"), name="one_clock_a_promise"
                    )
                ],
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
                "indexes": [models.Index(fields=["bulk", "id"], name="change_in_turn")],
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["send_at"],
                        name="notice_waiting",
                    )
                ],
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
                ("program", models.TextField()),
                ("owner", models.TextField(blank=True)),
                ("entered_at", models.DateTimeField()),
                ("step", models.PositiveIntegerField(default=0)),
                ("next_touch_at", models.DateTimeField(null=True)),
                ("left_at", models.DateTimeField(null=True)),
                ("exit", models.TextField(blank=True)),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="nurture_entries",
                        to="ledger.lead",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("left_at", None), ("next_touch_at__isnull", False)),
                        fields=["next_touch_at"],
                        name="nurture_touch_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("left_at", None)),
                        fields=("lead", "program"),
                        name="in_a_program_once",
                    )
                ],
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
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends__gt", models.F("begins"))),
                        name="absence_ends_later",
                    )
                ],
            },
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
                "indexes": [models.Index(fields=["stage", "entered_at"], name="entry_by_stage")],
            },
        ),
    ]
