"""The first schema, with its virtual locations and the guards of the ledger.

Revision: 0001, the first.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import app.db
from app.ledger import guards
from app.places.models import seed_statements

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "device",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column(
            "profile", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("failures", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("locked_until", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_device_key_hash")),
        sqlite_strict=True,
    )
    op.create_table(
        "item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("unit_weight_grams", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("price", app.db.Money(precision=18, scale=4), nullable=True),
        sa.Column("tracking", sa.Text(), nullable=False),
        sa.Column("has_expiry", sa.Boolean(), nullable=False),
        sa.Column("shelf_life_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("inspect_on_receipt", sa.Boolean(), nullable=False),
        sa.Column("image_url", sa.Text(), nullable=False),
        sa.CheckConstraint("tracking IN ('none','lot','serial')", name=op.f("ck_item_tracking")),
        sa.CheckConstraint("unit_weight_grams >= 0", name=op.f("ck_item_weight")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("sku", name=op.f("uq_item_sku")),
        sqlite_strict=True,
    )
    op.create_table(
        "operator",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("badge", sa.Text(), nullable=False),
        sa.Column("pin_hash", sa.Text(), nullable=True),
        sa.Column(
            "roles", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("hand", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("text_percent", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("has_sound", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lock_count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("locked_until", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("hand IN ('left','right')", name=op.f("ck_operator_hand")),
        sa.CheckConstraint("theme IN ('auto','light','dark','contrast')", name=op.f("ck_operator_theme")),
        sa.CheckConstraint("text_percent IN (100,125,150)", name=op.f("ck_operator_text_percent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator")),
        sa.UniqueConstraint("badge", name=op.f("uq_operator_badge")),
        sqlite_strict=True,
    )
    op.create_table(
        "sales_order",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("order_ref", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "ship_to", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("placed_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("need_by", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("policy IN ('backorder','complete','refuse')", name=op.f("ck_sales_order_policy")),
        sa.CheckConstraint("status IN ('open','shipped','cancelled')", name=op.f("ck_sales_order_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order")),
        sa.UniqueConstraint("channel", "order_ref", name=op.f("uq_sales_order_channel_order_ref")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_sales_order_status"), "sales_order", ["status"], unique=False)
    op.create_table(
        "serial",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_serial")),
        sqlite_strict=True,
    )
    op.create_table(
        "supplier",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("lead_time_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("lead_time_sd_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("min_order_units", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier")),
        sa.UniqueConstraint("code", name=op.f("uq_supplier_code")),
        sqlite_strict=True,
    )
    op.create_table(
        "warehouse",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("priority", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warehouse")),
        sa.UniqueConstraint("code", name=op.f("uq_warehouse_code")),
        sqlite_strict=True,
    )
    op.create_table(
        "availability",
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on_hand", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unavailable", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("committed", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("inbound", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("committed >= 0", name=op.f("ck_availability_committed")),
        sa.CheckConstraint("inbound >= 0", name=op.f("ck_availability_inbound")),
        sa.CheckConstraint("on_hand >= 0", name=op.f("ck_availability_on_hand")),
        sa.CheckConstraint("unavailable >= 0", name=op.f("ck_availability_unavailable")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_availability_item_id")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_availability_warehouse_id")),
        sa.PrimaryKeyConstraint("item_id", "warehouse_id", name=op.f("pk_availability")),
        sqlite_strict=True,
    )
    op.create_table(
        "idempotency",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("operator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("created_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name=op.f("fk_idempotency_operator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency")),
        sa.UniqueConstraint("operator_id", "key", name=op.f("uq_idempotency_operator_id_key")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_idempotency_created_at"), "idempotency", ["created_at"], unique=False)
    op.create_table(
        "item_barcode",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("barcode", sa.Text(), nullable=False),
        sa.Column("gtin", sa.Text(), nullable=True),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_item_barcode_quantity")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_barcode_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_barcode")),
        sa.UniqueConstraint("barcode", name=op.f("uq_item_barcode_barcode")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_item_barcode_gtin"), "item_barcode", ["gtin"], unique=False)
    op.create_index(op.f("ix_item_barcode_item_id"), "item_barcode", ["item_id"], unique=False)
    op.create_table(
        "location",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("warehouse_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_pick_face", sa.Boolean(), nullable=False),
        sa.Column("max_units", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_blocked", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(kind = 'virtual') = (warehouse_id IS NULL)", name=op.f("ck_location_virtual")),
        sa.CheckConstraint(
            "kind IN ('bin','dock','stage','pack','quarantine','returns','floor','virtual')",
            name=op.f("ck_location_kind"),
        ),
        sa.CheckConstraint("max_units IS NULL OR max_units > 0", name=op.f("ck_location_max_units")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_location_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location")),
        sa.UniqueConstraint("warehouse_id", "code", name=op.f("uq_location_warehouse_id_code")),
        sqlite_strict=True,
    )
    op.create_index("ix_location_kind", "location", ["warehouse_id", "kind", "sequence", "code"], unique=False)
    op.create_index(
        "uq_location_virtual_code",
        "location",
        ["code"],
        unique=True,
        sqlite_where=sa.text("warehouse_id IS NULL"),
        postgresql_where=sa.text("warehouse_id IS NULL"),
    )
    op.create_table(
        "lot",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("expiry", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_lot_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
        sa.UniqueConstraint("item_id", "code", name=op.f("uq_lot_item_id_code")),
        sqlite_strict=True,
    )
    op.create_table(
        "posting",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("operator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("occurred_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("document_type", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name=op.f("fk_posting_operator_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["posting.id"], name=op.f("fk_posting_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting")),
        sa.UniqueConstraint("key", name=op.f("uq_posting_key")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_posting_reverses_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_posting_document", "posting", ["document"], unique=False)
    op.create_index("ix_posting_task_id", "posting", ["task_id"], unique=False)
    op.create_table(
        "printer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("warehouse_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("dpi", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "labels", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "problems", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("has_answered", sa.Boolean(), nullable=False),
        sa.Column("seen_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("next_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("locked_until", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('tcp','ipp','cups','folder')", name=op.f("ck_printer_kind")),
        sa.CheckConstraint("language IN ('zpl','zpl_hex','pdf')", name=op.f("ck_printer_language")),
        sa.CheckConstraint("state IN ('unseen','ready','attention','offline')", name=op.f("ck_printer_state")),
        sa.CheckConstraint("dpi IN (203,300,600)", name=op.f("ck_printer_dpi")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_printer_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printer")),
        sa.UniqueConstraint("code", name=op.f("uq_printer_code")),
        sqlite_strict=True,
    )
    op.create_table(
        "purchase_order",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('open','closed')", name=op.f("ck_purchase_order_status")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_purchase_order_supplier_id")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_purchase_order_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_order")),
        sa.UniqueConstraint("number", name=op.f("uq_purchase_order_number")),
        sqlite_strict=True,
    )
    op.create_table(
        "rma",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('open','closed')", name=op.f("ck_rma_status")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_rma_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rma")),
        sa.UniqueConstraint("number", name=op.f("uq_rma_number")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_rma_order_id"), "rma", ["order_id"], unique=False)
    op.create_table(
        "sales_order_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_ref", sa.Text(), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cancelled", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cancelled_here", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("shipped", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("returned", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("price", app.db.Money(precision=18, scale=4), nullable=True),
        sa.CheckConstraint(
            "cancelled >= 0 AND shipped >= 0 AND cancelled + shipped <= quantity",
            name=op.f("ck_sales_order_line_resolved"),
        ),
        sa.CheckConstraint(
            "cancelled_here >= 0 AND cancelled_here <= cancelled", name=op.f("ck_sales_order_line_cancelled_here")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_sales_order_line_quantity")),
        sa.CheckConstraint("returned >= 0 AND returned <= shipped", name=op.f("ck_sales_order_line_returned")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_sales_order_line_item_id")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_sales_order_line_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order_line")),
        sa.UniqueConstraint("order_id", "line_ref", name=op.f("uq_sales_order_line_order_id_line_ref")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_sales_order_line_item_id"), "sales_order_line", ["item_id"], unique=False)
    op.create_table(
        "shipment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("tracking", sa.Text(), nullable=False),
        sa.Column("created_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("shipped_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('open','shipped','cancelled')", name=op.f("ck_shipment_status")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_shipment_order_id")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_shipment_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment")),
        sa.UniqueConstraint("number", name=op.f("uq_shipment_number")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_shipment_order_id"), "shipment", ["order_id"], unique=False)
    op.create_table(
        "token",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("operator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("device_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "scopes", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("created_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('session','api')", name=op.f("ck_token_kind")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_token_device_id")),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name=op.f("fk_token_operator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_token_token_hash")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_token_operator_id"), "token", ["operator_id"], unique=False)
    op.create_table(
        "container",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("weight_grams", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("kind IN ('tote','carton','lpn')", name=op.f("ck_container_kind")),
        sa.CheckConstraint("status IN ('open','closed','shipped')", name=op.f("ck_container_status")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_container_location_id")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_container_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_container")),
        sa.UniqueConstraint("code", name=op.f("uq_container_code")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_container_location_id"), "container", ["location_id"], unique=False)
    op.create_index(op.f("ix_container_task_id"), "container", ["task_id"], unique=False)
    op.create_table(
        "device_printer",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("printer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("chosen_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["printer_id"], ["printer.id"], name=op.f("fk_device_printer_printer_id")),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_device_printer")),
        sqlite_strict=True,
    )
    op.create_table(
        "print_job",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("printer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "content", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=True
        ),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("copies", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("priority", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bytes_sent", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("error_code", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("locked_until", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("reprint_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("operator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued','sending','sent','done','failed','unknown','cancelled')",
            name=op.f("ck_print_job_state"),
        ),
        sa.CheckConstraint("copies BETWEEN 1 AND 1000", name=op.f("ck_print_job_copies")),
        sa.ForeignKeyConstraint(["decided_by"], ["operator.id"], name=op.f("fk_print_job_decided_by")),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name=op.f("fk_print_job_operator_id")),
        sa.ForeignKeyConstraint(["printer_id"], ["printer.id"], name=op.f("fk_print_job_printer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_job")),
        sqlite_strict=True,
    )
    op.create_index("ix_print_job_batch", "print_job", ["batch"], unique=False)
    op.create_index("ix_print_job_next", "print_job", ["state", "printer_id", "priority", "id"], unique=False)
    op.create_index("ix_print_job_subject", "print_job", ["subject_type", "subject"], unique=False)
    op.create_table(
        "purchase_order_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("purchase_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("received", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("short_closed", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_cost", app.db.Money(precision=18, scale=4), nullable=True),
        sa.Column("eta", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_purchase_order_line_quantity")),
        sa.CheckConstraint("received >= 0", name=op.f("ck_purchase_order_line_received")),
        sa.CheckConstraint("short_closed >= 0", name=op.f("ck_purchase_order_line_short_closed")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_purchase_order_line_item_id")),
        sa.ForeignKeyConstraint(
            ["purchase_order_id"], ["purchase_order.id"], name=op.f("fk_purchase_order_line_purchase_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_order_line")),
        sa.UniqueConstraint("purchase_order_id", "line", name=op.f("uq_purchase_order_line_purchase_order_id_line")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_purchase_order_line_item_id"), "purchase_order_line", ["item_id"], unique=False)
    op.create_table(
        "reservation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("order_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("consumed", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("released", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("expired", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("expires_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "consumed >= 0 AND released >= 0 AND expired >= 0 AND consumed + released + expired <= quantity",
            name=op.f("ck_reservation_resolved"),
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_reservation_quantity")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_reservation_item_id")),
        sa.ForeignKeyConstraint(["order_line_id"], ["sales_order_line.id"], name=op.f("fk_reservation_order_line_id")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_reservation_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
        sqlite_strict=True,
    )
    op.create_index("ix_reservation_item_id_warehouse_id", "reservation", ["item_id", "warehouse_id"], unique=False)
    op.create_index(op.f("ix_reservation_order_line_id"), "reservation", ["order_line_id"], unique=False)
    op.create_table(
        "rma_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("rma_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("received", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("inspected", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "inspected >= 0 AND inspected <= received AND received <= quantity", name=op.f("ck_rma_line_inspected")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_rma_line_quantity")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_rma_line_item_id")),
        sa.ForeignKeyConstraint(["order_line_id"], ["sales_order_line.id"], name=op.f("fk_rma_line_order_line_id")),
        sa.ForeignKeyConstraint(["rma_id"], ["rma.id"], name=op.f("fk_rma_line_rma_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rma_line")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_rma_line_rma_id"), "rma_line", ["rma_id"], unique=False)
    op.create_table(
        "seal",
        sa.Column(
            "posting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_seal_posting_id")),
        sa.PrimaryKeyConstraint("posting_id", name=op.f("pk_seal")),
        sa.UniqueConstraint("position", name=op.f("uq_seal_position")),
        sqlite_strict=True,
    )
    op.create_table(
        "station",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("warehouse_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_station_location_id")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_station_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station")),
        sa.UniqueConstraint("warehouse_id", "name", name=op.f("uq_station_warehouse_id_name")),
        sqlite_strict=True,
    )
    op.create_table(
        "balance",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("container_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("allocated", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "condition IN ('available','quarantine','hold','damaged')", name=op.f("ck_balance_condition")
        ),
        sa.CheckConstraint("allocated >= 0 AND allocated <= quantity", name=op.f("ck_balance_allocated")),
        sa.ForeignKeyConstraint(["container_id"], ["container.id"], name=op.f("fk_balance_container_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_balance_item_id")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_balance_location_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_balance_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_balance")),
        sqlite_strict=True,
    )
    op.create_index("ix_balance_container_id", "balance", ["container_id"], unique=False)
    op.create_index("ix_balance_location_id", "balance", ["location_id"], unique=False)
    op.create_table(
        "holding",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("reservation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("container_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_shipped", sa.Boolean(), nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_holding_quantity")),
        sa.ForeignKeyConstraint(["container_id"], ["container.id"], name=op.f("fk_holding_container_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_holding_item_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_holding_lot_id")),
        sa.ForeignKeyConstraint(["reservation_id"], ["reservation.id"], name=op.f("fk_holding_reservation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holding")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_holding_container_id"), "holding", ["container_id"], unique=False)
    op.create_table(
        "movement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("posting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_container_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("source_condition", sa.Text(), nullable=False),
        sa.Column("target_location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("target_container_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("target_condition", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "source_condition IN ('available','quarantine','hold','damaged')", name=op.f("ck_movement_source_condition")
        ),
        sa.CheckConstraint(
            "target_condition IN ('available','quarantine','hold','damaged')", name=op.f("ck_movement_target_condition")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_movement_quantity")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_movement_item_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_movement_lot_id")),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_movement_posting_id")),
        sa.ForeignKeyConstraint(
            ["source_container_id"], ["container.id"], name=op.f("fk_movement_source_container_id")
        ),
        sa.ForeignKeyConstraint(["source_location_id"], ["location.id"], name=op.f("fk_movement_source_location_id")),
        sa.ForeignKeyConstraint(
            ["target_container_id"], ["container.id"], name=op.f("fk_movement_target_container_id")
        ),
        sa.ForeignKeyConstraint(["target_location_id"], ["location.id"], name=op.f("fk_movement_target_location_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movement")),
        sqlite_strict=True,
    )
    op.create_index("ix_movement_item_id_id", "movement", ["item_id", "id"], unique=False)
    op.create_index(op.f("ix_movement_posting_id"), "movement", ["posting_id"], unique=False)
    op.create_index("ix_movement_source_container_id_id", "movement", ["source_container_id", "id"], unique=False)
    op.create_index("ix_movement_source_location_id_id", "movement", ["source_location_id", "id"], unique=False)
    op.create_index("ix_movement_target_container_id_id", "movement", ["target_container_id", "id"], unique=False)
    op.create_index("ix_movement_target_location_id_id", "movement", ["target_location_id", "id"], unique=False)
    op.create_table(
        "shipment_carton",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("shipment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("container_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("shipped_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["container_id"], ["container.id"], name=op.f("fk_shipment_carton_container_id")),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipment.id"], name=op.f("fk_shipment_carton_shipment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment_carton")),
        sa.UniqueConstraint("container_id", name=op.f("uq_shipment_carton_container_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_shipment_carton_shipment_id"), "shipment_carton", ["shipment_id"], unique=False)
    op.create_table(
        "station_printer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("station_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("printer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["printer_id"], ["printer.id"], name=op.f("fk_station_printer_printer_id")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_station_printer_station_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station_printer")),
        sa.UniqueConstraint("station_id", "template", name=op.f("uq_station_printer_station_id_template")),
        sqlite_strict=True,
    )
    op.create_table(
        "task",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("priority", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("operator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("assigned_to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("claimed_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("document_type", sa.Text(), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("container_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "memory", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("lines", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("done_lines", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("done_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'claimed') = (operator_id IS NOT NULL AND done_at IS NULL)", name=op.f("ck_task_claimed")
        ),
        sa.CheckConstraint(
            "kind IN ('receive','putaway','pick','pack','ship','inspect','count','move')", name=op.f("ck_task_kind")
        ),
        sa.CheckConstraint("status IN ('open','claimed','done','cancelled')", name=op.f("ck_task_status")),
        sa.ForeignKeyConstraint(["assigned_to_id"], ["operator.id"], name=op.f("fk_task_assigned_to_id")),
        sa.ForeignKeyConstraint(["container_id"], ["container.id"], name=op.f("fk_task_container_id")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_task_location_id")),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name=op.f("fk_task_operator_id")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_task_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sqlite_strict=True,
    )
    op.create_index("ix_task_document", "task", ["document_type", "document_id"], unique=False)
    op.create_index("ix_task_queue", "task", ["warehouse_id", "kind", "status", "priority", "id"], unique=False)
    op.create_table(
        "allocation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("reservation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("balance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("picked", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("released", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("task_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "picked >= 0 AND released >= 0 AND picked + released <= quantity", name=op.f("ck_allocation_resolved")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_allocation_quantity")),
        sa.ForeignKeyConstraint(["balance_id"], ["balance.id"], name=op.f("fk_allocation_balance_id")),
        sa.ForeignKeyConstraint(["reservation_id"], ["reservation.id"], name=op.f("fk_allocation_reservation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_allocation_balance_id"), "allocation", ["balance_id"], unique=False)
    op.create_index(op.f("ix_allocation_reservation_id"), "allocation", ["reservation_id"], unique=False)
    op.create_index(op.f("ix_allocation_task_line_id"), "allocation", ["task_line_id"], unique=False)
    op.create_table(
        "scan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("scan_id", sa.Text(), nullable=False),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("operator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("answer_code", sa.Text(), nullable=False),
        sa.Column(
            "answer", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("scanned_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("received_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('scan','action')", name=op.f("ck_scan_kind")),
        sa.CheckConstraint("outcome IN ('accepted','refused')", name=op.f("ck_scan_outcome")),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name=op.f("fk_scan_operator_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_scan_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan")),
        sa.UniqueConstraint("scan_id", name=op.f("uq_scan_scan_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_scan_task_id", "scan", ["task_id"], unique=False)
    op.create_table(
        "task_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("lot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("done", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("source_location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("source_container_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("source_condition", sa.Text(), nullable=False),
        sa.Column("target_location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("target_container_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("document_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("status IN ('open','done','cancelled')", name=op.f("ck_task_line_status")),
        sa.CheckConstraint("quantity >= 0 AND done >= 0", name=op.f("ck_task_line_quantity")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_task_line_item_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_task_line_lot_id")),
        sa.ForeignKeyConstraint(
            ["source_container_id"], ["container.id"], name=op.f("fk_task_line_source_container_id")
        ),
        sa.ForeignKeyConstraint(["source_location_id"], ["location.id"], name=op.f("fk_task_line_source_location_id")),
        sa.ForeignKeyConstraint(
            ["target_container_id"], ["container.id"], name=op.f("fk_task_line_target_container_id")
        ),
        sa.ForeignKeyConstraint(["target_location_id"], ["location.id"], name=op.f("fk_task_line_target_location_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_task_line_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_line")),
        sqlite_strict=True,
    )
    op.create_index("ix_task_line_document_line_id", "task_line", ["document_line_id"], unique=False)
    op.create_index("ix_task_line_target_location_id", "task_line", ["target_location_id"], unique=False)
    op.create_index("ix_task_line_turn", "task_line", ["task_id", "status", "position"], unique=False)

    # Unique over expressions: autogeneration leaves these out.
    op.create_index(
        "uq_balance_key",
        "balance",
        [
            "item_id",
            "location_id",
            sa.text("coalesce(lot_id, 0)"),
            sa.text("coalesce(container_id, 0)"),
            "condition",
            "serial",
        ],
        unique=True,
    )
    op.create_index(
        "uq_holding_key",
        "holding",
        ["reservation_id", "container_id", sa.text("coalesce(lot_id, 0)"), "serial"],
        unique=True,
    )
    dialect = op.get_bind().dialect.name
    for statement in [*seed_statements(dialect), *guards.statements(dialect)]:
        op.execute(sa.text(statement))


def downgrade() -> None:
    op.drop_index("ix_task_line_turn", table_name="task_line")
    op.drop_index("ix_task_line_target_location_id", table_name="task_line")
    op.drop_index("ix_task_line_document_line_id", table_name="task_line")
    op.drop_table("task_line")
    op.drop_index("ix_scan_task_id", table_name="scan")
    op.drop_table("scan")
    op.drop_index(op.f("ix_allocation_task_line_id"), table_name="allocation")
    op.drop_index(op.f("ix_allocation_reservation_id"), table_name="allocation")
    op.drop_index(op.f("ix_allocation_balance_id"), table_name="allocation")
    op.drop_table("allocation")
    op.drop_index("ix_task_queue", table_name="task")
    op.drop_index("ix_task_document", table_name="task")
    op.drop_table("task")
    op.drop_table("station_printer")
    op.drop_index(op.f("ix_shipment_carton_shipment_id"), table_name="shipment_carton")
    op.drop_table("shipment_carton")
    op.drop_index("ix_movement_target_location_id_id", table_name="movement")
    op.drop_index("ix_movement_target_container_id_id", table_name="movement")
    op.drop_index("ix_movement_source_location_id_id", table_name="movement")
    op.drop_index("ix_movement_source_container_id_id", table_name="movement")
    op.drop_index(op.f("ix_movement_posting_id"), table_name="movement")
    op.drop_index("ix_movement_item_id_id", table_name="movement")
    op.drop_table("movement")
    op.drop_index(op.f("ix_holding_container_id"), table_name="holding")
    op.drop_table("holding")
    op.drop_index("ix_balance_location_id", table_name="balance")
    op.drop_index("ix_balance_container_id", table_name="balance")
    op.drop_table("balance")
    op.drop_table("station")
    op.drop_table("seal")
    op.drop_index(op.f("ix_rma_line_rma_id"), table_name="rma_line")
    op.drop_table("rma_line")
    op.drop_index(op.f("ix_reservation_order_line_id"), table_name="reservation")
    op.drop_index("ix_reservation_item_id_warehouse_id", table_name="reservation")
    op.drop_table("reservation")
    op.drop_index(op.f("ix_purchase_order_line_item_id"), table_name="purchase_order_line")
    op.drop_table("purchase_order_line")
    op.drop_index("ix_print_job_subject", table_name="print_job")
    op.drop_index("ix_print_job_next", table_name="print_job")
    op.drop_index("ix_print_job_batch", table_name="print_job")
    op.drop_table("print_job")
    op.drop_table("device_printer")
    op.drop_index(op.f("ix_container_task_id"), table_name="container")
    op.drop_index(op.f("ix_container_location_id"), table_name="container")
    op.drop_table("container")
    op.drop_index(op.f("ix_token_operator_id"), table_name="token")
    op.drop_table("token")
    op.drop_index(op.f("ix_shipment_order_id"), table_name="shipment")
    op.drop_table("shipment")
    op.drop_index(op.f("ix_sales_order_line_item_id"), table_name="sales_order_line")
    op.drop_table("sales_order_line")
    op.drop_index(op.f("ix_rma_order_id"), table_name="rma")
    op.drop_table("rma")
    op.drop_table("purchase_order")
    op.drop_table("printer")
    op.drop_index("ix_posting_task_id", table_name="posting")
    op.drop_index("ix_posting_document", table_name="posting")
    op.drop_table("posting")
    op.drop_table("lot")
    op.drop_index(
        "uq_location_virtual_code",
        table_name="location",
        sqlite_where=sa.text("warehouse_id IS NULL"),
        postgresql_where=sa.text("warehouse_id IS NULL"),
    )
    op.drop_index("ix_location_kind", table_name="location")
    op.drop_table("location")
    op.drop_index(op.f("ix_item_barcode_item_id"), table_name="item_barcode")
    op.drop_index(op.f("ix_item_barcode_gtin"), table_name="item_barcode")
    op.drop_table("item_barcode")
    op.drop_index(op.f("ix_idempotency_created_at"), table_name="idempotency")
    op.drop_table("idempotency")
    op.drop_table("availability")
    op.drop_table("warehouse")
    op.drop_table("supplier")
    op.drop_table("serial")
    op.drop_index(op.f("ix_sales_order_status"), table_name="sales_order")
    op.drop_table("sales_order")
    op.drop_table("operator")
    op.drop_table("item")
    op.drop_table("device")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")
