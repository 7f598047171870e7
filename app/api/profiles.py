"""Handlers tagged `profiles`."""

from app.call import Public
from app.schemas.operations import GetUserProfile, ListUserProfiles
from app.services import profiles
from app.services.shared.preconditions import etag


@ListUserProfiles
async def list_user_profiles(call: Public, page: int, page_size: int, cursor: str | None) -> ListUserProfiles.OK:
    found = await profiles.list(call.resources, page, page_size, cursor)
    return ListUserProfiles.OK(found, etag=found.etag)


@GetUserProfile
async def get_user_profile(call: Public, user_id: int) -> GetUserProfile.OK:
    profile = await profiles.get(call.replica, user_id)
    return GetUserProfile.OK(profile, etag=etag(profile.version))
