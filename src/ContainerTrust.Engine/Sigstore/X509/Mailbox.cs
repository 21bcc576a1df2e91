using System.Text;

namespace ContainerTrust.Engine.Sigstore.X509;

/// <summary>
/// An e-mail address of a certificate, a Mailbox of RFC 2821 section 4.1.2 (RFC 5280 section 4.2.1.6). What Go's crypto/x509 takes is
/// taken: a backslash may stand before any character (RFC 3696 section 3), a space may be quoted, and the domain is anything that has
/// labels. Stricter than there: a domain has no <c>@</c>.
/// </summary>
/// <param name="Local">The part before the <c>@</c>, without quotes and backslashes; case counts.</param>
/// <param name="Domain">The part after it.</param>
internal readonly record struct Mailbox(string Local, string Domain)
{
    /// <summary>Takes an address apart.</summary>
    /// <param name="address">ASCII text.</param>
    /// <param name="mailbox">Its parts.</param>
    /// <returns>Whether it is a mailbox.</returns>
    public static bool TryParse(ReadOnlySpan<char> address, out Mailbox mailbox)
    {
        mailbox = default;
        StringBuilder local = new(Math.Min(address.Length, 64));
        int length = address is ['"', ..] ? ReadQuoted(address, local) : ReadDotted(address, local);
        if (length < 0 || length >= address.Length || address[length] != '@')
            return false;
        ReadOnlySpan<char> domain = address[(length + 1)..];
        if (domain.Contains('@') || !DomainName.IsReadable(domain))
            return false;
        mailbox = new Mailbox(local.ToString(), domain.ToString());
        return true;
    }

    /// <summary>Whether two addresses are the same mailbox.</summary>
    /// <param name="other">The other.</param>
    /// <returns>Whether they are.</returns>
    public bool IsSame(Mailbox other) =>
        string.Equals(Local, other.Local, StringComparison.Ordinal)
        && string.Equals(Domain, other.Domain, StringComparison.OrdinalIgnoreCase);

    // Quoted-string (RFC 2821 section 4.1.2). Negative: it is malformed.
    private static int ReadQuoted(ReadOnlySpan<char> address, StringBuilder local)
    {
        for (int i = 1; i < address.Length; i++)
        {
            char c = address[i];
            if (c == '"')
                return i + 1;
            if (c == '\\')
            {
                if (++i == address.Length)
                    return -1;
                c = address[i];
            }
            else if (c == '\t')
            {
                return -1;
            }

            if (c is '\0' or '\n' or '\r' or > '\x7F')
                return -1;
            local.Append(c);
        }

        return -1;
    }

    // Dot-string: atoms with single dots between them. Negative: it is malformed.
    private static int ReadDotted(ReadOnlySpan<char> address, StringBuilder local)
    {
        int i = 0;
        for (; i < address.Length; i++)
        {
            if (address[i] == '\\')
            {
                if (++i == address.Length)
                    return -1;
            }
            else if (!IsAtomText(address[i]))
            {
                break;
            }

            local.Append(address[i]);
        }

        if (local.Length == 0 || local[0] == '.' || local[^1] == '.' || local.ToString().Contains("..", StringComparison.Ordinal))
            return -1;
        return i;
    }

    private static bool IsAtomText(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-/=?^_`{|}~.".Contains(c, StringComparison.Ordinal);
}
