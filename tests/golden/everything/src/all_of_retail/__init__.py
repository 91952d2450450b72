"""Daily revenue from customers, orders and products."""
