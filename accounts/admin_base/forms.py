"""Forms whose values go to a service, and fields for secrets, which are written and never shown."""

from typing import Any

from django import forms
from django.db.models import Model
from unfold.widgets import UnfoldAdminPasswordWidget


class SecretField(forms.CharField):
    """A secret: what is stored is never put into the page, and leaving it empty keeps it."""

    def __init__(self, **options: Any) -> None:
        attributes = {"autocomplete": "new-password", "placeholder": "leave empty to keep what is stored"}
        widget = UnfoldAdminPasswordWidget(attrs=attributes, render_value=False)
        super().__init__(required=False, strip=False, widget=widget, **options)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data)

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        """A form that is shown again forgets the secret, too; no initial value ever reaches it."""
        form.initial.pop(field_name, None)
        return super().get_bound_field(form, field_name)


class ServiceForm(forms.ModelForm):
    """Checks what a person entered, unique values included; a service stores what was changed."""

    def entered(self) -> dict[str, Any]:
        """The values that differ from what is stored; for a new row all that are there. Empty secrets are left out."""
        new = self.instance._state.adding
        names = [name for name in self.cleaned_data if new or name in self.changed_data]
        return {name: self.cleaned_data[name] for name in names if not self._is_kept(name)}

    def _is_kept(self, name: str) -> bool:
        return isinstance(self.fields[name], SecretField) and not self.cleaned_data[name]

    def _get_validation_exclusions(self) -> set[str]:
        """What is shown and not entered still counts where it is part of what must be unique."""
        hidden: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return hidden - self.part_of_unique()

    def part_of_unique(self) -> set[str]:
        """Names of columns that unique constraints name."""
        model: type[Model] = self._meta.model
        return {name for constraint in model._meta.total_unique_constraints for name in constraint.fields}
