using System.Net;
using System.Text;

namespace ContainerTrust.Engine.Registry;

/// <summary>
/// What a registry knows a user by. No member of it ever gets into a message; <see cref="ToString"/> says only where it is from.
/// </summary>
internal sealed class RegistryCredential
{
    private RegistryCredential(string user, string password, string? identityToken, string origin)
    {
        User = user;
        Password = password;
        IdentityToken = identityToken;
        Origin = origin;
    }

    /// <summary>The user's name; may be empty if there is an identity token.</summary>
    public string User { get; }

    /// <summary>The password.</summary>
    public string Password { get; }

    /// <summary>An OAuth 2 refresh token, in place of the password. Null if there is none.</summary>
    public string? IdentityToken { get; }

    /// <summary>Where it is from, for messages: a file, a helper.</summary>
    public string Origin { get; }

    /// <summary>A user and password, or an identity token; null if all are empty.</summary>
    public static RegistryCredential? Of(string user, string password, string? identityToken, string origin) =>
        user.Length == 0 && password.Length == 0 && string.IsNullOrEmpty(identityToken)
            ? null
            : new RegistryCredential(user, password, string.IsNullOrEmpty(identityToken) ? null : identityToken, origin);

    /// <summary>What a user gave.</summary>
    public static RegistryCredential? Of(NetworkCredential credential) => Of(
        credential.UserName,
        credential.Password,
        null,
        "the credential that was given");

    /// <summary>The value of an <c>Authorization</c> header (RFC 7617); null if there is no user and password.</summary>
    public string? ToBasic() => User.Length == 0 && Password.Length == 0 ? null : Basic(User, Password);

    /// <summary>The value of an <c>Authorization</c> header (RFC 7617).</summary>
    public static string Basic(string user, string password) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));

    /// <inheritdoc/>
    public override string ToString() => Origin;
}
