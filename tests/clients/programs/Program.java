// A program of somebody who uses the Java client of openapi-generator: `java Program URL USERNAME`.

import accord.ApiClient;
import accord.ApiException;
import accord.ApiResponse;
import accord.api.ProfilesApi;
import accord.api.SessionsApi;
import accord.api.UsersApi;
import accord.model.PreconditionFailedProblem;
import accord.model.Role;
import accord.model.SessionCreate;
import accord.model.Tokens;
import accord.model.UnprocessableProblem;
import accord.model.User;
import accord.model.UserConflictProblem;
import accord.model.UserCreate;
import accord.model.UserProfileList;
import accord.model.UserUpdate;
import accord.model.ValidationProblem;
import java.util.concurrent.Callable;

public final class Program {
  private static final String PASSWORD = "orbit-by-hand-62";

  private static ApiClient client(String url) {
    ApiClient client = new ApiClient();
    client.updateBaseUri(url);
    return client;
  }

  private static void done(String step) {
    System.out.println(step);
  }

  private static <T> T problem(Class<T> type, Callable<?> call) throws Exception {
    try {
      call.call();
    } catch (ApiException error) {
      return ApiClient.createDefaultObjectMapper().readValue(error.getResponseBody(), type);
    }
    throw new IllegalStateException("a problem was expected");
  }

  public static void main(String[] arguments) throws Exception {
    String url = arguments[0];
    String username = arguments[1];
    ApiClient visitor = client(url);
    UsersApi users = new UsersApi(visitor);
    UserCreate wanted = new UserCreate().email(username + "@example.com").username(username).password(PASSWORD);
    ApiResponse<User> created = users.createUserWithHttpInfo(wanted, null);
    User user = created.getData();
    if (user.getUsername().equals(username) && user.getRole() == Role.USER) {
      done("sign-up");
    }

    UserConflictProblem conflict = problem(UserConflictProblem.class, () -> users.createUser(wanted, null));
    if (conflict.getType() == UserConflictProblem.TypeEnum.ALREADY_REGISTERED) {
      done("typed 409");
    }

    UserCreate weak = new UserCreate().email(username + "@example.com").username(username).password("short");
    Object refused = problem(UnprocessableProblem.class, () -> users.createUser(weak, null)).getActualInstance();
    if (refused instanceof ValidationProblem invalid
        && invalid.getErrors().stream().anyMatch(fault -> fault.getPointer().equals("/password"))) {
      done("typed 422");
    }

    Tokens tokens = new SessionsApi(visitor).createSession(new SessionCreate().identifier(username).password(PASSWORD));
    ProfilesApi profiles = new ProfilesApi(visitor);
    UserProfileList first = profiles.listUserProfiles(null, 1, null, null);
    UserProfileList second = profiles.listUserProfiles(null, 1, first.getNextCursor(), null);
    if (second.getPage() == 2 && second.getProfiles().size() == 1) {
      done("page");
    }

    ApiClient owner = client(url);
    owner.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + tokens.getAccessToken()));
    UsersApi own = new UsersApi(owner);
    UserUpdate change = new UserUpdate().bio("Compilers.");
    PreconditionFailedProblem stale =
        problem(PreconditionFailedProblem.class, () -> own.updateUser(user.getId(), change, "\"999\""));
    String etag = created.getHeaders().get("etag").get(0);
    User changed = own.updateUser(user.getId(), change, etag);
    if (stale.getType() == PreconditionFailedProblem.TypeEnum.PRECONDITION_FAILED && changed.getBio().equals("Compilers.")) {
      done("If-Match");
    }
  }
}
