using System.Net.Http.Headers;

namespace ContainerTrust.Engine.Registry.Web;

/// <summary>Where a redirect may lead (RFC 9110, section 15.4).</summary>
internal static class Redirect
{
    /// <summary>Finds the next URL.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="url">What answered.</param>
    /// <param name="response">The answer.</param>
    /// <returns>The next URL.</returns>
    /// <exception cref="WebFailure">
    /// It leads nowhere, to something else than http and https, from https to http, or would carry a form's secret along.
    /// </exception>
    public static Uri Resolve(WebRequest request, Uri url, HttpResponseMessage response)
    {
        if (request.Form is not null)
            throw Refused(request, url, "a request with a secret is not sent elsewhere");
        string location = "";
        if (response.Headers.NonValidated.TryGetValues("Location", out HeaderStringValues locations))
            location = locations.FirstOrDefault() ?? "";
        if (location.Length == 0 || !Uri.TryCreate(url, location, out Uri? next))
            throw Refused(request, url, "it does not say where to");
        if (next.Scheme != Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttp)
            throw Refused(request, url, $"it leads to a {Printable.Of(next.Scheme, 20)} URL");
        if (!WebText.HasUsableHost(next))
            throw Refused(request, url, "it leads to no valid host");
        if (next.Scheme == Uri.UriSchemeHttp && url.Scheme == Uri.UriSchemeHttps && !request.AllowHttp)
            throw Refused(request, url, $"it leads from https to {WebText.Origin(next)}, which anybody on the way can change");
        return WebText.WithoutUser(next);
    }

    private static WebFailure Refused(WebRequest request, Uri url, string why) =>
        new(
            "RedirectRefused",
            TrustErrorKind.ReadError,
            $"A redirect of {WebText.Show(url)} was not followed: {why}. Ask the administrator of the {request.Peer.Noun}.")
        {
            Target = WebText.Show(url),
        };
}
