"""The tables. `metadata` knows them all."""

from app.models.base import Base as Base
from app.models.post import Post as Post
from app.models.session import RefreshToken as RefreshToken
from app.models.session import Session as Session
from app.models.user import User as User

metadata = Base.metadata
