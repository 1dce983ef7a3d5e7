from django.db import migrations


class Migration(migrations.Migration):
    """Apart from the rows it was copied to: PostgreSQL alters no table with work pending on it."""

    dependencies = [("shops", "0002_the_sale")]

    operations = [migrations.RemoveField(model_name="shop", name="shipping")]
