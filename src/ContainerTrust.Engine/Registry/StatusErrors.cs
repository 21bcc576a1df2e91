using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Registry.Web;

namespace ContainerTrust.Engine.Registry;

/// <summary>Turns answers with another status than 200 into errors.</summary>
internal static class StatusErrors
{
    /// <summary>A registry's first answer, if it is not a registry's.</summary>
    public static WebFailure ForRegistry(WebAnswer answer, Uri server) =>
        Common(WebPeer.Registry, answer, "Check the host and the port: this may not be a registry, or it may not let you in");

    /// <summary>A manifest or blob that is not given.</summary>
    /// <param name="answer">The registry's answer.</param>
    /// <param name="source">What was asked of.</param>
    /// <param name="item">What was asked for, as in a sentence.</param>
    /// <param name="notFoundId">The error id if it is not there.</param>
    /// <param name="credential">What was asked with; null for nothing.</param>
    public static WebFailure ForContent(WebAnswer answer, PullSource source, string item, string notFoundId, RegistryCredential? credential)
    {
        string words = WebText.Quote(WebPeer.Registry, ServerWords.Of(answer.Body));
        if (answer.Status == 404 || (answer.Status is >= 400 and < 500 and not (401 or 403 or 429)
            && ServerWords.Code(answer.Body) is "MANIFEST_UNKNOWN" or "NAME_UNKNOWN" or "BLOB_UNKNOWN"))
            return new WebFailure(
                notFoundId,
                TrustErrorKind.NotFound,
                $"{item} is not in the registry {WebText.Origin(answer.Url)}{words}. Check the name and the tag or digest.")
            {
                Target = source.Reference.ToString(),
            };
        if (answer.Status is 401 or 403)
            return Unauthorized(answer, source.Reference, credential, words);
        return Common(WebPeer.Registry, answer, "Try again later, and ask the registry's administrator if it stays so");
    }

    /// <summary>A token that is not given.</summary>
    public static WebFailure ForToken(WebAnswer answer, DockerReference reference, RegistryCredential? credential) =>
        answer.Status is 401 or 403
        ? Unauthorized(answer, reference, credential, WebText.Quote(WebPeer.TokenServer, ServerWords.Of(answer.Body)))
        : Common(WebPeer.TokenServer, answer, "Try again later, and ask the registry's administrator if it stays so");

    /// <summary>A file of a signature store that is not given.</summary>
    public static WebFailure ForStore(WebAnswer answer)
    {
        if (answer.Status is not (401 or 403))
            return Common(WebPeer.Store, answer, "Try again later, and check the store's URL in registries.d if it stays so");
        string words = WebText.Quote(WebPeer.Store, ServerWords.Of(answer.Body));
        string missing = answer.Status == 403
            ? "; a store must answer 404 for what it does not have, and S3 does so only if readers are allowed s3:ListBucket"
            : "";
        return new WebFailure(
            "StoreUnauthorized",
            TrustErrorKind.PermissionDenied,
            $"The signature store does not let {WebText.Show(answer.Url)} be read: status {answer.Status}{words}. "
                + $"Check the store's URL in registries.d, and who may read it{missing}.")
        {
            Target = WebText.Show(answer.Url),
        };
    }

    private static WebFailure Unauthorized(WebAnswer answer, DockerReference reference, RegistryCredential? credential, string words)
    {
        string who = credential is null
            ? $"no credentials were found for it{Elsewhere()}. If it exists, log in: podman login {reference.Domain}"
            : $"the credentials of {credential.Origin} are wrong or do not allow it. Log in again: podman login {reference.Domain}";
        return new WebFailure(
            "RegistryUnauthorized",
            TrustErrorKind.PermissionDenied,
            $"{WebText.Origin(answer.Url)} does not let {reference} be read (status {answer.Status}){words}: {who}")
        {
            Target = reference.ToString(),
        };
    }

    // Below a HOME that is not read there may be a file of who works with sudo -E.
    private static string Elsewhere() =>
        LocalHost.UnusedHome is null || Environment.GetEnvironmentVariable("REGISTRY_AUTH_FILE") is { Length: > 0 }
            ? ""
            : "; HOME is not this user's, and auth files below it were not read (REGISTRY_AUTH_FILE names one)";

    private static WebFailure Common(WebPeer peer, WebAnswer answer, string advice)
    {
        string words = WebText.Quote(peer, ServerWords.Of(answer.Body));
        return answer.Status == 429
            ? new WebFailure(
                $"{peer.IdPrefix}Busy",
                TrustErrorKind.ResourceBusy,
                $"{WebText.Show(answer.Url)} refuses because there were too many requests (status 429){words}. Wait a while, log in, " +
                "or ask for fewer images at once.")
            {
                Target = WebText.Show(answer.Url),
            }
            : new WebFailure($"{peer.IdPrefix}Error", TrustErrorKind.ReadError,
                $"{WebText.Show(answer.Url)} answered with status {answer.Status}{words}. {advice}.")
                { Target = WebText.Show(answer.Url), IsTransient = answer.Status >= 500 };
    }
}
