"""Handlers tagged `api-keys`."""

from app.call import InSession
from app.schemas.models import ApiKeyCreate
from app.schemas.operations import CreateApiKey, DeleteApiKey, ListApiKeys
from app.services import api_keys


@ListApiKeys
async def list_api_keys(call: InSession) -> ListApiKeys.OK:
    return ListApiKeys.OK(await api_keys.list(call.resources, call.principal))


@CreateApiKey
async def create_api_key(call: InSession, body: ApiKeyCreate) -> CreateApiKey.Created:
    key = await api_keys.create(call.resources, call.principal, body, call.origin)
    return CreateApiKey.Created(key, location=DeleteApiKey.path(key_id=key.id))


@DeleteApiKey
async def delete_api_key(call: InSession, key_id: int) -> DeleteApiKey.NoContent:
    await api_keys.delete(call.resources, call.principal, key_id, call.origin)
    return DeleteApiKey.NoContent()
