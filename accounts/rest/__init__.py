"""The ground that every REST resource of the hub stands on. What to use, and in which order a request passes it:

1. `middleware.either_slash` finds the route with or without its final slash; `middleware.problems_everywhere` turns every
   refusal outside `/admin/` into a problem document (RFC 9457), whoever made it.
2. A resource is a `viewsets.HubViewSet` (plus `Listed`, `Read`, `Created`, `Patched` or `Updated`, `Deleted`: the methods that
   it has). It says
   - `selector`: a function `visible_…(user) -> QuerySet` of its app's `selectors.py`, the one place where tenancy is decided;
   - `rules`: action → roles. An action without a rule is refused to everybody. `list` for a role outside its rule is 403;
     an object that the selector does not show is 404, whatever the method or body, before anything else is looked at;
   - `serializer_class`, `filterset_class`, `query_parameters` (names that an action reads besides filters and paging);
   - the hooks `make(**fields)`, `change(row, **fields)`, `remove(row)`, each calling one service. A service raises
     `work.errors.Refused(message, code)` where the state does not allow it: 409 with that code.
   Further actions are DRF's `@action`; they find their object in `self.subject` (visible already). A view without a model is
   a `viewsets.HubView` with `rules` by method (`get`, `post`).
3. Serializers are `serializers.WireSerializer` or `WireModelSerializer`: fields are declared in snake_case and are camelCase on
   the wire. Fields that nobody knows are refused by name; read-only ones that a client sends back are ignored. Foreign keys are
   `fields.Reference(visible_…, source="customer")`: an id of somebody else reads like one that does not exist.
4. Filters are `filters.WireFilterSet` with `filters.ReferenceFilter(visible_…)`; unknown query parameters are refused by name.
   `search = SearchFilter("name", "code")` finds a text in any of the columns.
5. Lists are `paging.NewestFirst`: `{next, previous, results}`, `?pageSize=` (1 to 500) and an opaque `?cursor=`. Where a resource
   says `orderings = {"name": "name", "createdAt": "pk"}` (what clients say → a column that begins an index), `?ordering=name` and
   `?ordering=-name` are its orders, paged by column and key; an `@action` that lists takes `orderings=` and `filterset_class=`.
6. A POST that creates is decorated with `idempotency.idempotent` (`Created.create` is already); what takes long, or asks
   somebody else, is its `prepare`, as no transaction is open then.
7. What is dear is limited per user: `headers = limits.use(self.user, limits.Limit(name, rate))` uses one request, or raises 429.
   Files and drawings are sent whatever Accept says: `@action(…, content_negotiation_class=negotiation.SentAsItIs)`.
8. Each app has `<app>/api/urls.py` with `urlpatterns`; `agmission_partners/api_urls.py` includes them under `/api/v1/`.
"""
