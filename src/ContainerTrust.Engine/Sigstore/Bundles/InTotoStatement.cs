using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ContainerTrust.Engine.Formats.Json;

namespace ContainerTrust.Engine.Sigstore.Bundles;

/// <summary>
/// What is said of some contents (in-toto, <c>spec/v1/statement.md</c>): their digests, and of what kind the rest is. Only made from a
/// payload whose signature holds.
/// </summary>
internal sealed class InTotoStatement
{
    /// <summary>The kind by which cosign says that somebody signs an image, and nothing else (cosign, <c>BUNDLE_SPEC.md</c>).</summary>
    public const string SignaturePredicate = "https://sigstore.dev/cosign/sign/v1";

    // More are none of cosign's, which names one.
    private const int MaxSubjects = 1024;

    private static readonly string[] s_types = ["https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"];

    private InTotoStatement(string predicateType, IReadOnlyList<string> sha256) => (PredicateType, Sha256) = (predicateType, sha256);

    /// <summary>The kind of what is said.</summary>
    public string PredicateType { get; }

    /// <summary>The SHA-256 digests of the subjects, lower-case hex as written; of those that have one.</summary>
    public IReadOnlyList<string> Sha256 { get; }

    /// <summary>Reads a statement.</summary>
    /// <param name="payload">JSON.</param>
    /// <param name="statement">The statement.</param>
    /// <param name="problem">What is wrong, a clause; empty if nothing is.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse(ReadOnlySpan<byte> payload, [NotNullWhen(true)] out InTotoStatement? statement, out string problem) =>
        StrictJson.TryRead(payload, Read, out statement, out problem);

    private static InTotoStatement Read(ref StrictJson json)
    {
        json.EnterObject("the statement");
        string? type = null;
        string? predicateType = null;
        List<string>? digests = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "_type":
                    type = json.String("_type");
                    break;
                case "predicateType":
                    predicateType = json.String("predicateType");
                    break;
                case "subject":
                    digests = ReadSubjects(ref json);
                    break;
                default:
                    json.SkipValue();
                    break;
            }
        }

        if (type is null || !s_types.Contains(type))
            throw new StrictJsonException("it is not an in-toto statement");
        return new InTotoStatement(predicateType ?? throw StrictJson.Missing("predicateType"),
            digests ?? throw StrictJson.Missing("subject"));
    }

    private static List<string> ReadSubjects(ref StrictJson json)
    {
        if (json.NextToken() != JsonTokenType.StartArray)
            throw new StrictJsonException("subject is not a list");
        List<string> digests = [];
        int count = 0;
        while (json.NextToken() is var token && token != JsonTokenType.EndArray)
        {
            if (token != JsonTokenType.StartObject)
                throw new StrictJsonException("a subject is not an object");
            if (++count > MaxSubjects)
                throw new StrictJsonException($"it has more than {MaxSubjects} subjects");
            MemberSet seen = default;
            while (json.NextMember(ref seen, out string name))
            {
                if (name == "digest")
                    ReadDigests(ref json, digests);
                else
                    json.SkipValue();
            }
        }

        return digests;
    }

    private static void ReadDigests(ref StrictJson json, List<string> digests)
    {
        json.EnterObject("digest");
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            string value = json.String("a digest");
            if (name == "sha256")
                digests.Add(value);
        }
    }
}
