using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Trust;

/// <summary>
/// What may be written as a scope. Reading is as lenient as the reference implementation; writing is not, because a scope that never
/// governs anything protects nobody.
/// </summary>
public static class ScopeRules
{
    /// <summary>Refuses a scope that cannot be written or that nothing can be looked up under.</summary>
    /// <param name="transport">The transport.</param>
    /// <param name="scope">The scope.</param>
    /// <param name="force">Take a scope that no image can be looked up under all the same.</param>
    /// <exception cref="TrustException">
    /// The scope is refused (<c>InvalidScope</c>, <c>UnreachableScope</c>, <c>InvalidTransport</c>).
    /// </exception>
    public static void Require(string transport, string scope, bool force) => RequirePossible(transport, scope, force, isProperty: false);

    /// <summary>As <see cref="Require"/>, for a scope of a desired state: there is no option to force it.</summary>
    /// <param name="transport">The transport.</param>
    /// <param name="scope">The scope; empty for all of a transport that is known.</param>
    /// <exception cref="TrustException">The scope is refused.</exception>
    internal static void RequireStated(string transport, string scope) =>
        RequirePossible(transport, scope, scope.Length == 0 && TransportScopes.Known.Contains(transport), isProperty: true);

    private static void RequirePossible(string transport, string scope, bool force, bool isProperty)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(scope);
        RequireText(transport, scope);
        if (transport.Length == 0 || transport.AsSpan().ContainsAny(":/ ") || transport == "all")
            throw new TrustException(
                "InvalidTransport",
                TrustErrorKind.InvalidArgument,
                $"'{transport}' is not a transport; known are {string.Join(", ", TransportScopes.Known)}.")
            {
                Target = transport,
            };
        if (!force && !TransportScopes.Known.Contains(transport))
            throw new TrustException(
                "UnknownTransport",
                TrustErrorKind.InvalidArgument,
                $"No tool knows a transport '{transport}'; known are {string.Join(", ", TransportScopes.Known)}." +
                (isProperty ? "" : $" Use {TrustOption.Force} to write it all the same."))
            {
                Target = transport,
            };
        if (!force && scope.Length == 0)
        {
            throw new TrustException(
                "EmptyScope",
                TrustErrorKind.InvalidArgument,
                $"The empty scope is the default of the whole transport {transport}, before the policy's default. " +
                $"Use {TrustOption.Force} if that is meant.")
            {
                Target = transport,
            };
        }

        if (TransportScopes.Refusal(transport, scope) is { } refusal)
            throw new TrustException(
                "InvalidScope",
                TrustErrorKind.InvalidArgument,
                $"'{scope}' is not possible as a scope of transport {transport}: {refusal}.")
            {
                Target = scope,
            };
        if (transport is "docker" or "docker-daemon" && !force && TransportScopes.Unreachable(scope, out string? suggestion) is { } reason)
        {
            string all = isProperty ? "" : $" Use {TrustOption.Force} to write it all the same.";

            // The empty scope, which stands for all of a transport, is taken with that option only.
            string hint = isProperty && scope == "default" ? " For the policy's default write \"default\": true."
                : isProperty && TransportScopes.Known.Contains(scope)
                    ? $" For all images of the transport {scope} write \"transport\": \"{scope}\" and \"scope\": \"\"."
                : scope == "default" ? $" For the policy's default use {TrustOption.Default}.{all}"
                : TransportScopes.Known.Contains(scope)
                    ? $" For all images of the transport {scope}, name '' as the scope, with {TrustOption.Transport.With(scope)} " +
                        $"{TrustOption.Force}."
                : suggestion is { Length: > 0 } ? $" Did you mean '{suggestion}'?{all}" : all;
            throw new TrustException(
                "UnreachableScope",
                TrustErrorKind.InvalidArgument,
                $"No image would ever be governed by the scope '{scope}': " +
                $"{reason}.{hint}")
            {
                Target = scope,
            };
        }
    }

    /// <summary>Refuses an entry that was made by hand and says of no scope what is meant.</summary>
    /// <param name="entry">The entry.</param>
    /// <exception cref="TrustException">It lacks its transport or its scope (<c>IncompleteEntry</c>).</exception>
    public static void RequireNamed(ImageTrust entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.Transport is not null && entry.Registry is not null)
            return;
        string message = $"An entry needs Transport and Registry. Give an entry from {TrustOperation.Get}.";
        throw new TrustException("IncompleteEntry", TrustErrorKind.InvalidArgument, message) { Target = entry.Registry };
    }

    /// <summary>What a user may have meant otherwise by a scope that is possible.</summary>
    /// <param name="transport">The transport.</param>
    /// <param name="scope">The scope.</param>
    /// <returns>A sentence, or null.</returns>
    public static string? Doubt(string transport, string scope)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(scope);
        if (transport is not ("docker" or "docker-daemon"))
            return null;
        string host = scope.Split('/')[0];
        if (scope.StartsWith("docker.io/", StringComparison.Ordinal) && scope != "docker.io/library"
            && scope.Count(static c => c == '/') == 1 && scope.AsSpan().IndexOfAny(':', '@') < 0)
            return $"'{scope}' governs the images of the Docker Hub user or organisation of that name; the official image of that name " +
                $"is 'docker.io/library/{scope["docker.io/".Length..]}'.";
        if (host.Any(char.IsUpper))
            return $"'{scope}' governs only images whose host is written with the same capitals; hosts are compared letter by letter.";
        return null;
    }

    private static void RequireText(string transport, string scope)
    {
        foreach (string text in (ReadOnlySpan<string>)[transport, scope])
        {
            foreach (char c in text)
            {
                if (char.IsControl(c))
                    throw new TrustException(
                        "InvalidScope",
                        TrustErrorKind.InvalidArgument,
                        $"A scope must not contain control characters (here U+{(int)c:X4}).")
                    {
                        Target = text,
                    };
            }

            if (!IsWellFormed(text))
                throw new TrustException(
                    "InvalidScope",
                    TrustErrorKind.InvalidArgument,
                    "A scope must be valid Unicode text; here is an unpaired surrogate.")
                {
                    Target = text,
                };
        }
    }

    private static bool IsWellFormed(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return false;
            i++;
        }

        return true;
    }
}
