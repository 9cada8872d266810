"""A shop's API of the reference's shape: FastAPI, SQLAlchemy and boto3, with the reference's endpoints and a search.

It does what such a service usually does and no more: it believes the prices that a client sends, knows no stock, and a
checkout is three calls of DynamoDB, one after the other.
"""

import os
import uuid
from collections.abc import Iterator
from datetime import datetime, timezone
from decimal import Decimal
from typing import Annotated

import boto3
from botocore.config import Config
from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ForeignKey, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

# As many connections as FastAPI has threads for synchronous endpoints.
THREADS = 40

engine = create_engine(os.environ["DATABASE_URL"], pool_size=THREADS)
new_session = sessionmaker(engine, expire_on_commit=False)
table_name = os.environ["DYNAMODB_TABLE"]
dynamodb = boto3.resource(
    "dynamodb",
    endpoint_url=os.environ["DYNAMODB_ENDPOINT"],
    config=Config(max_pool_connections=THREADS),
).meta.client


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customer"
    id: Mapped[int] = mapped_column(primary_key=True)
    first_name: Mapped[str]
    last_name: Mapped[str]
    email: Mapped[str]
    joined_at: Mapped[datetime]


class Vendor(Base):
    __tablename__ = "vendor"
    id: Mapped[int] = mapped_column(primary_key=True)
    vendor_name: Mapped[str]
    region: Mapped[str]
    joined_at: Mapped[datetime]


class Inventory(Base):
    __tablename__ = "inventory"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_name: Mapped[str]
    category: Mapped[str]
    price: Mapped[int]
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"))


class FromRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class NewCustomer(FromRow):
    first_name: str
    last_name: str
    email: str
    joined_at: datetime | None = None


class CustomerOut(NewCustomer):
    id: int


class NewVendor(FromRow):
    vendor_name: str
    region: str


class VendorOut(NewVendor):
    id: int
    joined_at: datetime


class NewItem(FromRow):
    item_name: str
    category: str
    price: int


class ItemOut(NewItem):
    id: int
    vendor_id: int


class CartLine(BaseModel):
    item_id: str
    vendor_id: str
    qty: int
    unit_price: int
    total_price: int


class Cart(BaseModel):
    user_id: int
    cart: list[CartLine]


class Checkout(BaseModel):
    user_id: int


def session() -> Iterator[Session]:
    with new_session() as opened:
        yield opened


Database = Annotated[Session, Depends(session)]
app = FastAPI()


def now() -> datetime:
    return datetime.now(timezone.utc).replace(tzinfo=None)


def add(database: Session, row: Base) -> Base:
    database.add(row)
    database.commit()
    return row


@app.post("/customers/", status_code=201, response_model=CustomerOut)
def create_customer(customer: NewCustomer, database: Database):
    return add(database, Customer(**{**customer.model_dump(), "joined_at": now()}))


@app.post("/vendors/", status_code=201, response_model=VendorOut)
def create_vendor(vendor: NewVendor, database: Database):
    return add(database, Vendor(**vendor.model_dump(), joined_at=now()))


@app.post("/inventory/", status_code=201, response_model=ItemOut)
def create_item(vendor_id: int, item: NewItem, database: Database):
    if database.get(Vendor, vendor_id) is None:
        raise HTTPException(404, "Vendor not found")
    return add(database, Inventory(**item.model_dump(), vendor_id=vendor_id))


@app.get("/inventory/", response_model=list[ItemOut])
def search_items(item_name: str, database: Database, limit: int = 20, offset: int = 0):
    found = (
        select(Inventory)
        .where(Inventory.item_name.ilike(f"%{item_name}%"))
        .order_by(Inventory.id)
        .limit(limit)
        .offset(offset)
    )
    return database.scalars(found).all()


def cart_key(user_id: int) -> dict[str, str]:
    return {"pk": f"USER#{user_id}", "sk": "CART"}


@app.post("/cart/", status_code=201)
def put_cart(cart: Cart):
    lines = [line.model_dump() for line in cart.cart]
    item = {**cart_key(cart.user_id), "cart": lines, "updated_at": now().isoformat()}
    dynamodb.put_item(TableName=table_name, Item=item)
    return item


@app.post("/checkout/", status_code=201)
def checkout(request: Checkout):
    key = cart_key(request.user_id)
    cart = dynamodb.get_item(TableName=table_name, Key=key).get("Item")
    if cart is None:
        raise HTTPException(404, "Cart not found")
    created_at = now().isoformat()
    transaction = {
        "pk": str(uuid.uuid4()),
        "sk": f"USER{request.user_id}#{created_at}",
        "user_id": str(request.user_id),
        "created_at": created_at,
        "cart": cart["cart"],
        "total_price": sum((line["total_price"] for line in cart["cart"]), Decimal(0)),
    }
    dynamodb.put_item(TableName=table_name, Item=transaction)
    dynamodb.delete_item(TableName=table_name, Key=key)
    return transaction


Base.metadata.create_all(engine)
