"""What partners agreed on, and the sources they bring."""

from django.db import models

from register.models.people import Partner


class Agreement(models.Model):
    """A covenant as declared; `digest` names the declaration it was read from."""

    id = models.CharField(max_length=60, primary_key=True)
    title = models.CharField(max_length=200)
    starts = models.DateField()
    until = models.DateField()
    parties = models.ManyToManyField(Partner, related_name="agreements")
    digest = models.CharField(max_length=64)


class SharingTriple(models.Model):
    """This source may go to this recipient for this purpose."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="triples")
    source = models.CharField(max_length=60)
    recipient = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=100)


class AgreementGround(models.Model):
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="grounds")
    source = models.CharField(max_length=60)
    law = models.CharField(max_length=200)
    document = models.CharField(max_length=200)


class ProcessingAgreement(models.Model):
    """Allows the room to receive a source in clear."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="processing")
    source = models.CharField(max_length=60)
    document = models.CharField(max_length=200)


class Source(models.Model):
    id = models.CharField(max_length=60, primary_key=True)
    title = models.CharField(max_length=200)
    owner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="sources")
    entity = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
