using System.Text;

namespace ContainerTrust.Engine.Registry;

/// <summary>
/// Reads <c>WWW-Authenticate</c> (RFC 9110, section 11.6.1): several header lines, several challenges in one line, quoted strings with
/// escapes. What follows a mistake in a line is not read; the parameters before it count, as in containers/image.
/// </summary>
internal static class ChallengeParser
{
    /// <summary>Reads header lines.</summary>
    /// <param name="untrustedLines">The values of all <c>WWW-Authenticate</c> lines.</param>
    /// <returns>The challenges in order.</returns>
    public static IReadOnlyList<Challenge> Parse(IEnumerable<string> untrustedLines)
    {
        List<Challenge> challenges = [];
        foreach (string line in untrustedLines)
            ParseLine(line, challenges);
        return challenges;
    }

    private static void ParseLine(string line, List<Challenge> challenges)
    {
        int at = SkipSeparators(line, 0);
        while (at < line.Length)
        {
            int end = SkipToken(line, at);
            if (end == at)
                return;
            var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
            challenges.Add(new Challenge(line[at..end].ToLowerInvariant(), parameters));
            at = SkipSpace(line, end);
            if (at == end && at < line.Length && line[at] != ',')
                return;
            if (at < line.Length && line[at] != ',' && IsToken68(line, at, out int after))
            {
                at = SkipSeparators(line, after);
                continue;
            }

            // Parameters until something that is none: the next challenge's scheme, or a mistake.
            while (TryReadParameter(line, ref at, out string name, out string value))
            {
                parameters[name] = value;
                int next = SkipSpace(line, at);
                if (next < line.Length && line[next] != ',')
                    return;
                at = SkipSeparators(line, next);
            }

            at = SkipSeparators(line, at);
        }
    }

    private static bool TryReadParameter(string line, ref int at, out string name, out string value)
    {
        name = value = "";
        int start = SkipSeparators(line, at);
        int end = SkipToken(line, start);
        int equals = SkipSpace(line, end);
        if (end == start || equals >= line.Length || line[equals] != '=')
            return false;
        int valueStart = SkipSpace(line, equals + 1);
        int valueEnd;
        if (valueStart < line.Length && line[valueStart] == '"')
        {
            if (!TryReadQuoted(line, valueStart, out value, out valueEnd))
                return false;
        }
        else
        {
            valueEnd = SkipToken(line, valueStart);
            if (valueEnd == valueStart)
                return false;
            value = line[valueStart..valueEnd];
        }

        name = line[start..end].ToLowerInvariant();
        at = valueEnd;
        return true;
    }

    private static bool TryReadQuoted(string line, int quote, out string value, out int end)
    {
        var text = new StringBuilder();
        for (int i = quote + 1; i < line.Length; i++)
        {
            char c = line[i];
            if (c == '"')
            {
                value = text.ToString();
                end = i + 1;
                return true;
            }

            if (c == '\\')
            {
                if (++i == line.Length)
                    break;
                c = line[i];
            }

            text.Append(c);
        }

        value = "";
        end = line.Length;
        return false;
    }

    // Letters, digits and -._~+/ with any number of = at the end, and then the end of the challenge: "Negotiate YWJj==".
    private static bool IsToken68(string line, int at, out int end)
    {
        end = at;
        while (end < line.Length && (char.IsAsciiLetterOrDigit(line[end]) || line[end] is '-' or '.' or '_' or '~' or '+' or '/'))
            end++;
        if (end == at)
            return false;
        while (end < line.Length && line[end] == '=')
            end++;
        int next = SkipSpace(line, end);
        return next == line.Length || line[next] == ',';
    }

    private static int SkipToken(string line, int at)
    {
        while (at < line.Length && (char.IsAsciiLetterOrDigit(line[at]) || "!#$%&'*+-.^_`|~".Contains(line[at], StringComparison.Ordinal)))
            at++;
        return at;
    }

    private static int SkipSpace(string line, int at)
    {
        while (at < line.Length && line[at] is ' ' or '\t')
            at++;
        return at;
    }

    private static int SkipSeparators(string line, int at)
    {
        while (at < line.Length && line[at] is ' ' or '\t' or ',')
            at++;
        return at;
    }
}
