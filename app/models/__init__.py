"""The tables; `metadata` contains all of them."""

from app.models.address import KnownAddress as KnownAddress
from app.models.api_key import ApiKey as ApiKey
from app.models.audit import AuditChain as AuditChain
from app.models.audit import AuditErasure as AuditErasure
from app.models.audit import AuditEvent as AuditEvent
from app.models.base import Base as Base
from app.models.counter import Counter as Counter
from app.models.factor import Factor as Factor
from app.models.factor import RecoveryCode as RecoveryCode
from app.models.idempotency import IdempotencyKey as IdempotencyKey
from app.models.mail_token import MailToken as MailToken
from app.models.outbox import OutboxItem as OutboxItem
from app.models.passkey import UsedChallenge as UsedChallenge
from app.models.post import Post as Post
from app.models.session import PreviousAccessToken as PreviousAccessToken
from app.models.session import RefreshToken as RefreshToken
from app.models.session import Session as Session
from app.models.sign_up import SignUp as SignUp
from app.models.sign_up import SignUpToken as SignUpToken
from app.models.user import User as User
from app.models.webhook import Delivery as Delivery
from app.models.webhook import Webhook as Webhook

metadata = Base.metadata
