"""The payment service that the guide's fragments are taken from, as far as they show it."""


class _Thing:
    """Anything: it can be called, and it has every attribute."""

    def __call__(self, *args, **kwargs):
        return self

    def __getattr__(self, name):
        return self


class MemoryTracker(_Thing):
    pass


class PaymentError(Exception):
    pass


class SecurityError(Exception):
    pass


class ServiceError(Exception):
    pass


class StreamingResponse(_Thing):
    pass


class User(_Thing):
    pass


analyze_query = app = backup_provider = cache = calculate_metrics = can_process_payment = charge_customer = _Thing()
client = create_app = create_test_user = csv_header = csv_row = db = external_api = external_service = _Thing()
generate_csv = get_active_users = get_current_user_id = get_memory_snapshot = get_payment_provider = _Thing()
get_recent_transactions = get_user = get_user_balance = http_client = logger = metrics = order_id = _Thing()
payment_client = pip_freeze_output = primary_provider = process_item = process_large_dataset = _Thing()
process_payment = process_request = process_transaction = request = reserve_item = risky_operation = _Thing()
test_export = _Thing()
