"""Shops through the REST paths as the callers of the shop's first API do, and counts the answers by status.

Usage: first_api.py http://127.0.0.1:8000
"""

import json
import random
import sys
from collections import Counter, defaultdict

import requests
from faker import Faker

base_url = sys.argv[1]
fake = Faker()
statuses = defaultdict(Counter)


def post(name, path, body, **options):
    response = requests.post(f"{base_url}/{path}/", json=body, timeout=30, **options)
    statuses[name][response.status_code] += 1
    if response.status_code >= 500 or response.status_code == 400:
        print(name, response.status_code, response.text, file=sys.stderr)
    return response.json()


customers = [
    post(
        "customers",
        "customers",
        {
            "first_name": fake.first_name(),
            "last_name": fake.last_name(),
            "email": fake.unique.email(),
            "joined_at": fake.iso8601(),
        },
    )
    for _ in range(10)
]
vendors = [
    post("vendors", "vendors", {"vendor_name": fake.company(), "region": fake.country_code()})
    for _ in range(5)
]
items = []
for vendor in vendors:
    for _ in range(10):
        price = fake.random_int(min=10, max=500)
        body = {"item_name": fake.word(), "category": str(1), "price": price}
        item = post("inventory", "inventory", body, params={"vendor_id": vendor["id"]})
        items.append((str(item["id"]), str(vendor["id"]), price))


def line(price_change=0):
    item_id, vendor_id, price = random.choice(items)
    quantity = fake.random_int(min=10, max=500)
    price += price_change
    return {
        "item_id": item_id,
        "vendor_id": vendor_id,
        "qty": quantity,
        "unit_price": price,
        "total_price": quantity * price,
    }


for customer in customers:
    user_id = customer["id"]
    for _ in range(2):
        post("cart", "cart", {"user_id": user_id, "cart": [line(), line()]})
        post("checkout", "checkout", {"user_id": user_id})
    post("cart", "cart", {"user_id": user_id, "cart": [line(), line()]})
    post("cart with another price", "cart", {"user_id": user_id, "cart": [line(price_change=1)]})

print(json.dumps(statuses))
