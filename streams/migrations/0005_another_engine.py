import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('streams', '0004_the_picture'),
    ]

    operations = [
        migrations.AlterField(
            model_name='take',
            name='source',
            field=models.CharField(choices=[('browser', 'Browser'), ('rtmp', 'Rtmp'), ('upload', 'Upload'), ('ivs', 'Ivs')], default='browser', max_length=10),
        ),
        migrations.CreateModel(
            name='IvsChannel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('status', models.CharField(choices=[('creating', 'Creating'), ('ready', 'Ready'), ('used', 'Used'), ('unwanted', 'Unwanted'), ('gone', 'Gone')], default='creating', max_length=10)),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
                ('arn', models.CharField(blank=True, db_index=True, max_length=128)),
                ('ingest', models.CharField(blank=True, max_length=200)),
                ('playback', models.URLField(blank=True, max_length=300)),
                ('recording', models.CharField(blank=True, max_length=400)),
                ('recorded', models.PositiveBigIntegerField(default=0)),
                ('show', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='ivs_channel', to='streams.show')),
            ],
        ),
    ]
