using System.Text;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>Claims in which one thing is written in another way, right or wrong.</summary>
internal static class ChangedClaims
{
    // An octet that is no UTF-8 stands in the texts as this character, and is written as itself.
    private const char NoUtf8 = '\uE0FF';

    private static readonly string[] s_timestamps =
    [
        "1.7e9", "1700000000.0", "1700000000.5", "1e400", "-1", "0", "-0", "0.1", "1e-400", "9223372036854775807", "9223372036854775808",
        "9223372036854774784", "-9223372036854775808", "-9223372036854777856",
        "1e19", "\"1\"", "null", "true", "[]", "{}", "01", "+1", "1.", ".5", "0x10", "1E+9", "1e9", "NaN", "Infinity", "1e", "--1", "1_0",
        "1700000000000000000000", "123456789.00000000000000000000001", "1e00009", "0e999999999",
    ];

    private static readonly string[] s_creators =
        ["null", "5", "true", "\"\"", "\"\\ud800\"", "\"\\ud83d\\ude00\"", "\"\\u0000\"", $"\"{NoUtf8}\"", "\"\\x\"", "\"\\/\"", "\"a\nb\"",
            "\"\t\"", "\"\u007f\"", "'a'", "[\"a\"]", "{}", "\"\\ud800\\u0041\"", "\"\\uD83D\"", "\"\\u12\""];

    private static readonly string[] s_types =
        ["atomic container signature ", "Atomic container signature", "cosign container image signature", "",
            "atomic\\u0020container signature", "\\u0061tomic container signature", "atomic container signature\\u0000",
            "atomic container\\/signature"];

    private static readonly string[] s_references =
    [
        "busybox", "busybox:1", "docker.io/busybox:1", "library/busybox:1", "index.docker.io/library/busybox:1",
        "index.docker.io/busybox:1", "DOCKER.IO/library/busybox:1", "docker.io/library/busybox:2", "docker.io/library/busybox",
        "docker.io/library/busybox:1@DIGEST", "docker.io/library/busybox@DIGEST", "library/busybox:2", "", " busybox:1", "busybox:1 ",
        "busybox:1\\n", "https://docker.io/library/busybox:1", "docker.io/library/Busybox:1", "docker.io//library/busybox:1",
        "docker.io/library/busybox:1/", "docker.io:443/library/busybox:1", "docker.io/library\\/busybox:1",
        "docker\\u002eio/library/busybox:1", "registry-1.docker.io/library/busybox:1", "busybox:", "busybox:1:1", ":1", "@DIGEST",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "docker.io/library/busybox:1\\u0000",
        "docker.io/busybox:1\\u00e4", "docker.io/library/busybox:01",
    ];

    private static readonly string[] s_values =
        ["1", "null", "true", "\"x\"", "[]", "{}", "[1,2,{\"a\":[]}]", "1e999999", "-1e-999999", "\"\\ud800\"", $"\"{NoUtf8}\"",
            "{\"a\":1,\"a\":2}", "01", "[1,]", "{\"a\"}", "nul", "\"\\u00\"", "[[[[[[[[[[[[1]]]]]]]]]]]]", "\"\u2028\"", "1.0E+2", "tru"];

    private static readonly string[] s_edges = [" ", "\n", "\t", "\r\n", "\u000b", "\u000c", "\u00a0", "\uFEFF", "\0", "{}", "null", ",",
        "//x\n", "/**/", "#\n", "]", "}", "x", "\u2028", ""];

    /// <summary>Changed claims about an image, without end.</summary>
    public static IEnumerable<string> Of(string digest, int seed)
    {
        Random random = new(seed);
        while (true)
        {
            string[] parts =
            [
                "critical", "identity", "docker-reference", "docker.io/library/busybox:1", "image", "docker-manifest-digest", digest,
                "type", "atomic container signature",
                "optional", "creator", "\"tests\"", "timestamp", "1700000000",
            ];
            string[] more = ["", "", "", "", "", ""];
            string before = "", after = "", space = "";
            int order = random.Next(4);
            for (int changes = random.Next(5) == 0 ? 2 : 1; changes > 0; changes--)
            {
                switch (random.Next(12))
                {
                    case 0:
                        parts[13] = Pick(s_timestamps);
                        break;
                    case 1:
                        parts[11] = Pick(s_creators);
                        break;
                    case 2:
                        parts[8] = Pick(s_types);
                        break;
                    case 3:
                        parts[3] = Pick(s_references).Replace("DIGEST", digest, StringComparison.Ordinal);
                        break;
                    case 4:
                        parts[6] = Pick([digest.ToUpperInvariant(), digest.ToUpperInvariant()
                            .Replace("SHA", "sha", StringComparison.Ordinal), digest[..^1], digest + "0",
                            digest.Replace("sha256", "sha512", StringComparison.Ordinal),
                            digest.Replace("sha256", "sha384", StringComparison.Ordinal),
                            digest.Replace("sha256", "md5", StringComparison.Ordinal), digest[7..], "",
                            digest.Replace(":", "\\u003a", StringComparison.Ordinal), digest + " ", "sha256:",
                            digest.Replace("sha256", "sha256+x", StringComparison.Ordinal)]);
                        break;
                    case 5:
                        int name = PickNumber([0, 1, 2, 4, 5, 7, 9, 10, 12]);
                        string old = parts[name];
                        int at = random.Next(old.Length);
                        parts[name] = random.Next(4) switch
                        {
                            0 => char.ToUpperInvariant(old[0]) + old[1..],
                            1 => $"{old[..at]}\\u{(int)old[at]:x4}{old[(at + 1)..]}",
                            2 => old + " ",
                            _ => old[..at] + old[(at + 1)..],
                        };
                        break;
                    case 6:
                        more[random.Next(6)] = $",\"{Pick(["x", "", "a b", "\\u0078", "créateur"])}\":{Pick(s_values)}";
                        break;
                    case 7:
                        more[5] = $",\"x\":{Pick(s_values)}{(random.Next(2) == 0 ? $",\"{Pick(["x", "y", "X"])}\":{Pick(s_values)}" : "")}";
                        break;
                    case 8:
                        more[random.Next(6)] = Pick([",\"critical\":{}", ",\"optional\":{}", ",\"type\":\"atomic container signature\"",
                            ",\"identity\":{}", ",\"creator\":\"again\"", ",\"timestamp\":2", ",\"image\":{}"]);
                        break;
                    case 9:
                        before = Pick(s_edges);
                        break;
                    case 10:
                        after = Pick(s_edges);
                        break;
                    default:
                        space = Pick([" ", "\n", "\t", "\r", "\u00a0", "\u000c", "  \n\t "]);
                        break;
                }
            }

            string identity = $"\"{parts[1]}\":{space}{{\"{parts[2]}\":\"{parts[3]}\"{more[0]}}}",
                image = $"\"{parts[4]}\":{{{space}\"{parts[5]}\":\"{parts[6]}\"{more[1]}}}",
                type = $"\"{parts[7]}\":\"{parts[8]}\"{more[2]}";
            string critical = $"\"{parts[0]}\":{{{(order % 2 == 0 ? $"{identity},{image},{type}" : $"{type},{image},{space}{identity}")}{more[3]}}}";
            string optional = $"\"{parts[9]}\"{space}:{{\"{parts[10]}\":{parts[11]},\"{parts[12]}\":{parts[13]}{more[5]}}}";
            yield return random.Next(60) switch
            {
                0 => Pick(["null", "[]", "\"x\"", "{}", "", "1", "[{}]", $"{{{critical}}}", $"{{{optional}}}",
                    $"{{{critical},\"optional\":null}}", $"{{\"critical\":null,{optional}}}", $"{{{critical},\"optional\":[]}}",
                    $"{{{critical},\"optional\":\"x\"}}"]),
                1 => $"{{{critical},\"optional\":{{\"x\":{new string('[', 9_990)}{new string(']', 9_990)}}}}}",
                2 => $"{{{critical},\"optional\":{{\"x\":{new string('[', 100)}{new string(']', 100)}}}}}",
                3 => $"{{{critical},\"optional\":{{\"x\":{new string('[', 20_000)}}}}}",
                4 => $"{{{critical},\"optional\":{{}}}}",
                _ => before + (order < 2 ? $"{{{critical},{optional}{more[4]}}}" : $"{{{optional}{space},{critical}{more[4]}}}") + after,
            };
        }

        string Pick(string[] choices) => choices[random.Next(choices.Length)];
        int PickNumber(int[] choices) => choices[random.Next(choices.Length)];
    }

    /// <summary>The octets of a claim.</summary>
    public static byte[] Encode(string claim)
    {
        List<byte> bytes = [];
        string[] parts = claim.Split(NoUtf8);
        for (int i = 0; i < parts.Length; i++)
        {
            if (i > 0)
                bytes.Add(0xFF);
            bytes.AddRange(Encoding.UTF8.GetBytes(parts[i]));
        }

        return [.. bytes];
    }
}
