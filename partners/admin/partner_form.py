"""The form of a partner: what it is, and its `configuration`, checked as the API checks it."""

from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from accounts.admin_base import ServiceForm
from partners.adapters import registry
from partners.models import Partner, default_configuration
from partners.services.configuration import (
    FILE_FORMATS,
    LARGEST_JOB_FILE,
    ON_UNKNOWN_OUTCOME,
    UPLOAD_FORMATS,
    faults,
    merged,
)

NAMES = {
    "upload_format": "uploadFormat",
    "supported_formats": "supportedFormats",
    "max_file_size": "maxFileSize",
    "on_unknown_outcome": "onUnknownOutcome",
    "base_url": "baseUrl",
    "supports_realtime": "supportsRealtime",
}
"""The form's names of what a configuration holds."""

FORMAT_WORDS = {"json": "JSON", "kml": "KML", "shp": "Shapefile", "geojson": "GeoJSON"}
OUTCOME_WORDS = {"hold": "Wait until a person has looked", "resend": "Send it again"}


def _choices(values: tuple[str, ...], words: dict[str, str]) -> list[tuple[str, str]]:
    return [(value, words[value]) for value in values]


class PartnerForm(ServiceForm):
    """A partner; its login is made with it, without a password."""

    adapter = forms.ChoiceField(
        choices=lambda: [(name, name) for name in registry.names()],
        widget=UnfoldAdminSelectWidget,
        help_text="The program that talks to it. It stays as it is chosen now.",
    )
    upload_format = forms.ChoiceField(
        label="Job files are sent as",
        choices=_choices(UPLOAD_FORMATS, FORMAT_WORDS),
        widget=UnfoldAdminSelectWidget,
        help_text="JSON, or one of the formats that the partner takes.",
    )
    supported_formats = forms.MultipleChoiceField(
        label="Formats that the partner takes",
        choices=_choices(FILE_FORMATS, FORMAT_WORDS),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    max_file_size = forms.IntegerField(
        label="Longest job file",
        min_value=1,
        max_value=LARGEST_JOB_FILE,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Bytes. A longer one is refused before anything is sent.",
    )
    on_unknown_outcome = forms.ChoiceField(
        label="When nobody knows whether a job arrived",
        choices=_choices(ON_UNKNOWN_OUTCOME, OUTCOME_WORDS),
        widget=UnfoldAdminSelectWidget,
        help_text="Sent again, the partner may have it twice.",
    )
    base_url = forms.CharField(
        label="Address",
        max_length=500,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Such as https://partner.example/api. Empty: the address that this installation is set to.",
    )
    supports_realtime = forms.BooleanField(label="Gives data in real time", required=False, widget=UnfoldBooleanSwitchWidget)

    class Meta:
        model = Partner
        fields = ("code", "name", "adapter", "active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, wire in NAMES.items():
            if wire in self._stored:
                self.initial[name] = self._stored[wire]

    @property
    def _stored(self) -> dict[str, Any]:
        return default_configuration() if self.instance._state.adding else self.instance.configuration

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        given = {wire: cleaned[name] for name, wire in NAMES.items() if name in cleaned}
        self.configuration = merged(self._stored, given)
        fields = {wire: name for name, wire in NAMES.items()}
        for fault in faults(self.configuration, cleaned.get("adapter", self.instance.adapter)):
            words = fault.message[:1].upper() + fault.message[1:]
            self.add_error(fields[fault.field], forms.ValidationError(words, fault.code))
        return cleaned

    def entered(self) -> dict[str, Any]:
        """The configuration is one value of the partner's."""
        values = super().entered()
        of_configuration = [name for name in values if name in NAMES]
        others = {name: value for name, value in values.items() if name not in NAMES}
        return {**others, "configuration": self.configuration} if of_configuration else others
