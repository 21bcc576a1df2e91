using System.Text;

namespace ContainerTrust.Engine.Tests.Policy;

/// <summary>One case for every rule by which a policy is refused: where the message points, and by which id it is known.</summary>
public sealed class PolicyReaderRefusalTests
{
    private const string Reject = """[{"type": "reject"}]""";

    public static TheoryData<string, string, int, int, string> WholePolicies => new()
    {
        // Not an object
        { "[]", "PolicyWrongType", 1, 1, "$" },
        { "null", "PolicyWrongType", 1, 1, "$" },
        { "  \"x\"", "PolicyWrongType", 1, 3, "$" },
        { "\n1", "PolicyWrongType", 2, 1, "$" },

        // Members of the policy
        { "{}", "PolicyMissingMember", 1, 2, "$" },
        { """{"transports": {}}""", "PolicyMissingMember", 1, 18, "$" },
        { """{"default": null}""", "PolicyWrongType", 1, 13, "$.default" },
        { """{"default": {}}""", "PolicyWrongType", 1, 13, "$.default" },
        { """{"default": "reject"}""", "PolicyWrongType", 1, 13, "$.default" },
        { """{"default": []}""", "PolicyEmptyList", 1, 14, "$.default" },
        { """{"Default": [{"type": "reject"}]}""", "PolicyUnknownMember", 1, 13, "$.Default" },
        { "{\"default\": " + Reject + ",\n \"x\": 1}", "PolicyUnknownMember", 2, 7, "$.x" },
        { "{\"default\": " + Reject + ",\n \"default\": " + Reject + "}", "PolicyDuplicateMember", 2, 13, "$.default" },
        { "{\"default\": " + Reject + ",\n \"\\u0064efault\": " + Reject + "}", "PolicyDuplicateMember", 2, 18, "$.default" },

        // Transports
        { "{\"default\": " + Reject + ",\n\"transports\": null}", "PolicyWrongType", 2, 15, "$.transports" },
        { "{\"default\": " + Reject + ",\n\"transports\": []}", "PolicyWrongType", 2, 15, "$.transports" },
        { "{\"default\": " + Reject + ",\n\"transports\": {\"docker\": null}}", "PolicyWrongType", 2, 26, "$.transports.docker" },
        { "{\"default\": " + Reject + ",\n\"transports\": {\"docker\": []}}", "PolicyWrongType", 2, 26, "$.transports.docker" },
        { "{\"default\": " + Reject + ",\n\"transports\": {\"docker\": {}, \"docker\": {}}}", "PolicyDuplicateMember", 2, 40,
            "$.transports.docker" },
        { "{\"default\": " + Reject + ",\n\"transports\": {}, \"transports\": {}}", "PolicyDuplicateMember", 2, 33, "$.transports" },

        // Scopes
        { "{\"default\": " + Reject + ",\n\"transports\": {\"docker\": {\n\"a.b/c\": null}}}", "PolicyWrongType", 3, 10,
            "$.transports.docker[\"a.b/c\"]" },
        { "{\"default\": " + Reject + ",\n\"transports\": {\"docker\": {\n\"a.b\": []}}}", "PolicyEmptyList", 3, 9,
            "$.transports.docker[\"a.b\"]" },
        { "{\"default\": " + Reject + ",\n\"transports\": {\"docker\": {\n\"\": {}}}}", "PolicyWrongType", 3, 5,
            "$.transports.docker[\"\"]" },
        { "{\"default\": " + Reject + ",\n\"transports\": {\"docker\": {\"a\": " + Reject + ",\n\"a\": " + Reject + "}}}",
            "PolicyDuplicateMember", 3, 6, "$.transports.docker.a" },
        { "{\"default\": " + Reject + ",\n\"transports\": {\"dir\": {\"a\": " + Reject + "}}}", "PolicyInvalidScope", 2, 29,
            "$.transports.dir.a" },
        { "{\"default\": " + Reject + ",\n\"transports\": {\"docker-archive\": {\"a\": " + Reject + "}}}", "PolicyInvalidScope", 2, 40,
            "$.transports.docker-archive.a" },

        // JSON
        { "{", "PolicySyntax", 1, 2, "$" },
        { "{\"default\"", "PolicySyntax", 1, 11, "$" },
        { "{\"default\": [", "PolicySyntax", 1, 14, "$.default" },
        { "{\"default\": " + Reject + "} x", "PolicySyntax", 1, 35, "$" },
        { "{\"default\": " + Reject + "}{}", "PolicySyntax", 1, 34, "$" },
        { "{\"default\": " + Reject + "},", "PolicySyntax", 1, 34, "$" },
        { "{\"default\": " + Reject + ",}", "PolicySyntax", 1, 34, "$" },
        { "{\"default\": [{\"type\": \"reject\"},]}", "PolicySyntax", 1, 33, "$.default" },
        { "{\n// no comments\n\"default\": " + Reject + "}", "PolicySyntax", 2, 1, "$" },
        { "{'default': " + Reject + "}", "PolicySyntax", 1, 2, "$" },
        { "{default: " + Reject + "}", "PolicySyntax", 1, 2, "$" },
        { "{\"default\": " + Reject + "}\0", "PolicySyntax", 1, 34, "$" },
    };

    public static TheoryData<string, string, string> Requirements => new()
    {
        // Elements of the list
        { "null", "PolicyWrongType", "" },
        { "\"reject\"", "PolicyWrongType", "" },
        { "[]", "PolicyWrongType", "" },
        { "1", "PolicyWrongType", "" },

        // type
        { "{}", "PolicyMissingMember", "" },
        { """{"keyType": "GPGKeys"}""", "PolicyMissingMember", "" },
        { """{"type": null}""", "PolicyMissingMember", "" },
        { """{"type": ""}""", "PolicyMissingMember", "" },
        { """{"type": 1}""", "PolicyWrongType", "" },
        { """{"type": ["reject"]}""", "PolicyWrongType", "" },
        { """{"type": "Reject"}""", "PolicyUnknownType", "" },
        { """{"type": "accept"}""", "PolicyUnknownType", "" },
        { """{"Type": "reject"}""", "PolicyMissingMember", "" },
        { """{"type": "reject", "Type": "reject"}""", "PolicyUnknownMember", ".Type" },
        { """{"type": "reject", "type": "reject"}""", "PolicyDuplicateMember", ".type" },
        { """{"type": "reject", "ty\u0070e": "insecureAcceptAnything"}""", "PolicyDuplicateMember", ".type" },

        // insecureAcceptAnything, reject
        { """{"type": "insecureAcceptAnything", "keyPath": "/k"}""", "PolicyUnknownMember", ".keyPath" },
        { """{"type": "reject", "": ""}""", "PolicyUnknownMember", "[\"\"]" },
        { """{"x": 1, "type": "reject"}""", "PolicyUnknownMember", ".x" },

        // signedBy
        { """{"type": "signedBy"}""", "PolicyMissingMember", "" },
        { """{"type": "signedBy", "keyPath": "/k"}""", "PolicyMissingMember", "" },
        { """{"type": "signedBy", "keyType": "GPGKeys"}""", "PolicyKeySource", "" },
        { """{"type": "signedBy", "keyType": "gpgkeys", "keyPath": "/k"}""", "PolicyInvalidValue", ".keyType" },
        { """{"type": "signedBy", "keyType": "", "keyPath": "/k"}""", "PolicyInvalidValue", ".keyType" },
        { """{"type": "signedBy", "keyType": null, "keyPath": "/k"}""", "PolicyInvalidValue", ".keyType" },
        { """{"type": "signedBy", "keyType": 1, "keyPath": "/k"}""", "PolicyWrongType", ".keyType" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyPath": ""}""", "PolicyInvalidValue", ".keyPath" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyPath": null}""", "PolicyInvalidValue", ".keyPath" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyPath": ["/k"]}""", "PolicyWrongType", ".keyPath" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyPath": true}""", "PolicyWrongType", ".keyPath" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyPaths": null}""", "PolicyInvalidValue", ".keyPaths" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyPaths": "/k"}""", "PolicyWrongType", ".keyPaths" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyPaths": {}}""", "PolicyWrongType", ".keyPaths" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyPaths": ["/k", 1]}""", "PolicyWrongType", ".keyPaths[1]" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyPaths": [["/k"]]}""", "PolicyWrongType", ".keyPaths[0]" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyData": null}""", "PolicyInvalidValue", ".keyData" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyData": 1}""", "PolicyWrongType", ".keyData" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyData": {}}""", "PolicyWrongType", ".keyData" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyData": "a"}""", "PolicyInvalidValue", ".keyData" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyData": "YQ"}""", "PolicyInvalidValue", ".keyData" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyData": "YQ=="}, """ +
            """{"type": "signedBy", "keyType": "GPGKeys", "keyData": "Y Q=="}""", "PolicyInvalidValue", "!$.default[1].keyData" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyData": "YQ==\t"}""", "PolicyInvalidValue", ".keyData" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyData": "YWJ-YWJj"}""", "PolicyInvalidValue", ".keyData" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyData": "YWJ_YWJj"}""", "PolicyInvalidValue", ".keyData" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyData": "YQ==YQ=="}""", "PolicyInvalidValue", ".keyData" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyData": "===="}""", "PolicyInvalidValue", ".keyData" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyData": [256]}""", "PolicyWrongType", ".keyData[0]" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyData": [-1]}""", "PolicyWrongType", ".keyData[0]" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyData": [1, 1.0]}""", "PolicyWrongType", ".keyData[1]" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyData": [1e1]}""", "PolicyWrongType", ".keyData[0]" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyData": ["a"]}""", "PolicyWrongType", ".keyData[0]" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/k", "keyData": "YQ=="}""", "PolicyKeySource", "" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/k", "keyPaths": ["/k"]}""", "PolicyKeySource", "" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyPaths": [], "keyData": ""}""", "PolicyKeySource", "" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/k", "keyPath": "/k"}""", "PolicyDuplicateMember", ".keyPath" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/k", "keyDatas": ["YQ=="]}""", "PolicyUnknownMember", ".keyDatas" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "KeyPath": "/k"}""", "PolicyUnknownMember", ".KeyPath" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/k", "signedIdentity": null}""", "PolicyWrongType", ".signedIdentity" },

        // signedBaseLayer
        { """{"type": "signedBaseLayer"}""", "PolicyMissingMember", "" },
        { """{"type": "signedBaseLayer", "baseLayerIdentity": null}""", "PolicyWrongType", ".baseLayerIdentity" },
        { """{"type": "signedBaseLayer", "baseLayerIdentity": {}}""", "PolicyMissingMember", ".baseLayerIdentity" },
        { """{"type": "signedBaseLayer", "baseLayerIdentity": {"type": "matchExact"}, "keyPath": "/k"}""",
            "PolicyUnknownMember", ".keyPath" },

        // sigstoreSigned
        { """{"type": "sigstoreSigned"}""", "PolicyKeySource", "" },
        { """{"type": "sigstoreSigned", "keyPath": ""}""", "PolicyKeySource", "" },
        { """{"type": "sigstoreSigned", "keyPath": null}""", "PolicyKeySource", "" },
        { """{"type": "sigstoreSigned", "keyData": null}""", "PolicyKeySource", "" },
        { """{"type": "sigstoreSigned", "keyPath": "/k", "keyType": "GPGKeys"}""", "PolicyUnknownMember", ".keyType" },
        { """{"type": "sigstoreSigned", "keyPath": 1}""", "PolicyWrongType", ".keyPath" },
        { """{"type": "sigstoreSigned", "keyPath": "/k", "keyPaths": ["/k"]}""", "PolicyKeySource", "" },
        { """{"type": "sigstoreSigned", "keyPath": "/k", "keyData": ""}""", "PolicyKeySource", "" },
        { """{"type": "sigstoreSigned", "keyPath": "/k", "keyDatas": ["YQ=="]}""", "PolicyKeySource", "" },
        { """{"type": "sigstoreSigned", "keyPaths": []}""", "PolicyEmptyList", ".keyPaths" },
        { """{"type": "sigstoreSigned", "keyPaths": null}""", "PolicyEmptyList", ".keyPaths" },
        { """{"type": "sigstoreSigned", "keyPaths": "/k"}""", "PolicyWrongType", ".keyPaths" },
        { """{"type": "sigstoreSigned", "keyDatas": []}""", "PolicyEmptyList", ".keyDatas" },
        { """{"type": "sigstoreSigned", "keyDatas": null}""", "PolicyEmptyList", ".keyDatas" },
        { """{"type": "sigstoreSigned", "keyDatas": "YQ=="}""", "PolicyWrongType", ".keyDatas" },
        { """{"type": "sigstoreSigned", "keyDatas": ["YQ==", "?"]}""", "PolicyInvalidValue", ".keyDatas[1]" },
        { """{"type": "sigstoreSigned", "keyDatas": [[1, 300]]}""", "PolicyWrongType", ".keyDatas[0][1]" },
        { """{"type": "sigstoreSigned", "keyPath": "/k", "keyPaths": [], "x": 1}""", "PolicyEmptyList", ".keyPaths" },
        { """{"type": "sigstoreSigned", "keyPath": "/k", "rekorPublicKeyPaths": []}""", "PolicyEmptyList", ".rekorPublicKeyPaths" },
        { """{"type": "sigstoreSigned", "keyPath": "/k", "rekorPublicKeyPaths": null}""", "PolicyEmptyList", ".rekorPublicKeyPaths" },
        { """{"type": "sigstoreSigned", "keyPath": "/k", "rekorPublicKeyDatas": []}""", "PolicyEmptyList", ".rekorPublicKeyDatas" },
        { """{"type": "sigstoreSigned", "keyPath": "/k", "rekorPublicKeyData": "?"}""", "PolicyInvalidValue", ".rekorPublicKeyData" },
        { """{"type": "sigstoreSigned", "keyPath": "/k", "rekorPublickeyPath": "/r"}""", "PolicyUnknownMember", ".rekorPublickeyPath" },
        { """{"type": "sigstoreSigned", "keyPath": "/k", "rekorPublicKeyPath": "/r", "rekorPublicKeyData": "YQ=="}""",
            "PolicyKeySource", "" },
        { """{"type": "sigstoreSigned", "keyPath": "/k", "rekorPublicKeyPath": "/r", "rekorPublicKeyPaths": ["/r"]}""",
            "PolicyKeySource", "" },
        { """{"type": "sigstoreSigned", "keyPath": "/k", "rekorPublicKeyDatas": ["YQ=="], "rekorPublicKeyPaths": ["/r"]}""",
            "PolicyKeySource", "" },
        { """{"type": "sigstoreSigned", "keyPath": "/k", "signedIdentity": null}""", "PolicyWrongType", ".signedIdentity" },

        // fulcio
        { """{"type": "sigstoreSigned", "fulcio": null, "rekorPublicKeyPath": "/r"}""", "PolicyWrongType", ".fulcio" },
        { """{"type": "sigstoreSigned", "fulcio": [], "rekorPublicKeyPath": "/r"}""", "PolicyWrongType", ".fulcio" },
        { """{"type": "sigstoreSigned", "fulcio": {"caPath": "/c", "oidcIssuer": "i", "subjectEmail": "e"}}""", "PolicyMissingMember", "" },
        { """{"type": "sigstoreSigned", "fulcio": {"caPath": "/c", "oidcIssuer": "i", "subjectEmail": "e"}, "rekorPublicKeyPath": ""}""",
            "PolicyMissingMember", "" },
        { """{"type": "sigstoreSigned", "fulcio": {"oidcIssuer": "i", "subjectEmail": "e"}, "rekorPublicKeyPath": "/r"}""",
            "PolicyKeySource", ".fulcio" },
        { """{"type": "sigstoreSigned", "fulcio": {"caPath": "", "oidcIssuer": "i", "subjectEmail": "e"}, "rekorPublicKeyPath": "/r"}""",
            "PolicyKeySource", ".fulcio" },
        { """{"type": "sigstoreSigned", "fulcio": """ +
            """{"caPath": "/c", "caData": "YQ==", "oidcIssuer": "i", "subjectEmail": "e"}, "rekorPublicKeyPath": "/r"}""",
            "PolicyKeySource", ".fulcio" },
        { """{"type": "sigstoreSigned", "fulcio": """ +
            """{"caPath": "/c", "caData": "", "oidcIssuer": "i", "subjectEmail": "e"}, "rekorPublicKeyPath": "/r"}""",
            "PolicyKeySource", ".fulcio" },
        { """{"type": "sigstoreSigned", "fulcio": {"caPath": "/c", "subjectEmail": "e"}, "rekorPublicKeyPath": "/r"}""",
            "PolicyMissingMember", ".fulcio" },
        { """{"type": "sigstoreSigned", "fulcio": {"caPath": "/c", "oidcIssuer": "", "subjectEmail": "e"}, "rekorPublicKeyPath": "/r"}""",
            "PolicyMissingMember", ".fulcio" },
        { """{"type": "sigstoreSigned", "fulcio": {"caPath": "/c", "oidcIssuer": "i"}, "rekorPublicKeyPath": "/r"}""",
            "PolicyMissingMember", ".fulcio" },
        { """{"type": "sigstoreSigned", "fulcio": {"caPath": "/c", "oidcIssuer": "i", "subjectEmail": null}, "rekorPublicKeyPath": "/r"}""",
            "PolicyMissingMember", ".fulcio" },
        { """{"type": "sigstoreSigned", "fulcio": {"caPath": "/c", "oidcIssuer": "i", "subjectEmail": "e", "x": """ +
            """1}, "rekorPublicKeyPath": "/r"}""", "PolicyUnknownMember", ".fulcio.x" },
        { """{"type": "sigstoreSigned", "fulcio": """ +
            """{"caPath": "/c", "caPath": "/c", "oidcIssuer": "i", "subjectEmail": "e"}, "rekorPublicKeyPath": "/r"}""",
            "PolicyDuplicateMember", ".fulcio.caPath" },
        { """{"type": "sigstoreSigned", "keyPath": "/k", "fulcio": """ +
            """{"caPath": "/c", "oidcIssuer": "i", "subjectEmail": "e"}, "rekorPublicKeyPath": "/r"}""", "PolicyKeySource", "" },

        // pki
        { """{"type": "sigstoreSigned", "pki": null}""", "PolicyWrongType", ".pki" },
        { """{"type": "sigstoreSigned", "pki": {}}""", "PolicyKeySource", ".pki" },
        { """{"type": "sigstoreSigned", "pki": {"subjectEmail": "e"}}""", "PolicyKeySource", ".pki" },
        { """{"type": "sigstoreSigned", "pki": {"caRootsPath": "/r", "caRootsData": "", "subjectEmail": "e"}}""",
            "PolicyKeySource", ".pki" },
        { """{"type": "sigstoreSigned", "pki": """ +
            """{"caRootsPath": "/r", "caIntermediatesPath": "/i", "caIntermediatesData": "", "subjectEmail": "e"}}""",
            "PolicyKeySource", ".pki" },
        { """{"type": "sigstoreSigned", "pki": {"caRootsPath": "/r"}}""", "PolicyMissingMember", ".pki" },
        { """{"type": "sigstoreSigned", "pki": {"caRootsPath": "/r", "subjectEmail": "", "subjectHostname": null}}""",
            "PolicyMissingMember", ".pki" },
        { """{"type": "sigstoreSigned", "pki": {"caRootsPath": "/r", "subjectEmail": "e", "oidcIssuer": "i"}}""", "PolicyUnknownMember",
            ".pki.oidcIssuer" },
        { """{"type": "sigstoreSigned", "pki": {"caRootsPath": "/r", "subjectEmail": "e"}, "rekorPublicKeyPath": "/r"}""",
            "PolicyKeySource", "" },
        { """{"type": "sigstoreSigned", "pki": {"caRootsPath": "/r", "subjectEmail": "e"}, "rekorPublicKeyDatas": ["YQ=="]}""",
            "PolicyKeySource", "" },
        { """{"type": "sigstoreSigned", "pki": {"caRootsPath": "/r", "subjectEmail": "e"}, "keyPath": "/k"}""", "PolicyKeySource", "" },
    };

    public static TheoryData<string, string, string> Identities => new()
    {
        { "\"matchExact\"", "PolicyWrongType", "" },
        { "[]", "PolicyWrongType", "" },
        { "{}", "PolicyMissingMember", "" },
        { """{"type": "matchexact"}""", "PolicyUnknownType", "" },
        { """{"type": 1}""", "PolicyWrongType", "" },
        { """{"type": "matchExact", "dockerReference": "a.b/c:d"}""", "PolicyUnknownMember", ".dockerReference" },
        { """{"type": "matchRepoDigestOrExact", "x": null}""", "PolicyUnknownMember", ".x" },
        { """{"type": "matchRepository", "type": "matchRepository"}""", "PolicyDuplicateMember", ".type" },
        { """{"type": "exactReference"}""", "PolicyMissingMember", "" },
        { """{"type": "exactReference", "dockerReference": null}""", "PolicyInvalidValue", "" },
        { """{"type": "exactReference", "dockerReference": ""}""", "PolicyInvalidValue", "" },
        { """{"type": "exactReference", "dockerReference": 1}""", "PolicyWrongType", ".dockerReference" },
        { """{"type": "exactReference", "dockerReference": "example.com/app"}""", "PolicyInvalidValue", "" },
        { """{"type": "exactReference", "dockerReference": "example.com/App:v1"}""", "PolicyInvalidValue", "" },
        { """{"type": "exactReference", "dockerRepository": "example.com/app"}""", "PolicyUnknownMember", ".dockerRepository" },
        { """{"type": "exactReference", "dockerReference": "a.b/c:d", "dockerReference": "a.b/c:d"}""", "PolicyDuplicateMember",
            ".dockerReference" },
        { """{"type": "exactRepository"}""", "PolicyMissingMember", "" },
        { """{"type": "exactRepository", "dockerRepository": "UPPER"}""", "PolicyInvalidValue", "" },
        { """{"type": "exactRepository", "dockerRepository": null}""", "PolicyInvalidValue", "" },
        { """{"type": "remapIdentity", "prefix": "a.b"}""", "PolicyMissingMember", "" },
        { """{"type": "remapIdentity", "signedPrefix": "a.b"}""", "PolicyMissingMember", "" },
        { """{"type": "remapIdentity", "prefix": "", "signedPrefix": "a.b"}""", "PolicyInvalidValue", "" },
        { """{"type": "remapIdentity", "prefix": "a.b", "signedPrefix": null}""", "PolicyInvalidValue", "" },
        { """{"type": "remapIdentity", "prefix": "a.b/", "signedPrefix": "a.b"}""", "PolicyInvalidValue", "" },
        { """{"type": "remapIdentity", "prefix": "a.b", "signedPrefix": "a.b/c:d"}""", "PolicyInvalidValue", "" },
    };

    [Theory]
    [MemberData(nameof(WholePolicies))]
    public void A_policy_is_refused(string policy, string errorId, int line, int column, string path)
    {
        TrustFormatException e = PolicyText.Refused(policy);
        Assert.Equal((errorId, line, column, path), (e.ErrorId, e.Line, e.Column, e.DocumentPath));
        Assert.StartsWith($"{PolicyText.Path}:{line}:{column}: {path}: ", e.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", e.Message, StringComparison.Ordinal);
        Assert.Equal(TrustErrorKind.InvalidData, e.Kind);
        Assert.Equal(PolicyText.Path, e.Target);
    }

    [Theory]
    [MemberData(nameof(Requirements))]
    public void A_requirement_is_refused(string requirement, string errorId, string path)
    {
        TrustFormatException e = PolicyText.Refused(PolicyText.WithRequirement(requirement));
        Assert.Equal((errorId, path.StartsWith('!') ? path[1..] : "$.default[0]" + path), (e.ErrorId, e.DocumentPath));
        Assert.Equal(1, e.Line);
        Assert.InRange(e.Column, 13, PolicyText.WithRequirement(requirement).Length);
    }

    [Theory]
    [MemberData(nameof(Identities))]
    public void An_identity_is_refused(string identity, string errorId, string path)
    {
        TrustFormatException e = PolicyText.Refused(PolicyText.WithIdentity(identity));
        Assert.Equal((errorId, "$.default[0].signedIdentity" + path), (e.ErrorId, e.DocumentPath));

        e = PolicyText.Refused(PolicyText
            .WithRequirement($$"""{"type": "sigstoreSigned", "keyPath": "/k", "signedIdentity": {{identity}}}"""));
        Assert.Equal((errorId, "$.default[0].signedIdentity" + path), (e.ErrorId, e.DocumentPath));

        e = PolicyText.Refused(PolicyText.WithRequirement($$"""{"type": "signedBaseLayer", "baseLayerIdentity": {{identity}}}"""));
        Assert.Equal((errorId, "$.default[0].baseLayerIdentity" + path), (e.ErrorId, e.DocumentPath));
    }

    [Fact]
    public void A_second_scope_that_is_wrong_is_named_by_its_line()
    {
        TrustFormatException e = PolicyText.Refused(
            """
            {
                "default": [{"type": "reject"}],
                "transports": {
                    "docker": {
                        "registry.example.com": [{"type": "reject"}],
                        "registry.example.com/app": [{"type": "signedBy", "keyType": "GPGKeys", "keypath": "/k"}]
                    }
                }
            }
            """);
        Assert.Equal((6, "$.transports.docker[\"registry.example.com/app\"][0].keypath"), (e.Line, e.DocumentPath));
        Assert.Contains("write \"keyPath\"", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_column_counts_bytes()
    {
        TrustFormatException e = PolicyText.Refused("{\"é\": 1}");
        Assert.Equal((1, 8), (e.Line, e.Column));
        Assert.Equal("$[\"é\"]", e.DocumentPath);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\n\r\t ")]
    public void An_empty_file_is_refused(string policy) => Assert.Equal("PolicyEmpty", PolicyText.Refused(policy).ErrorId);

    [Fact]
    public void A_byte_order_mark_is_refused() =>
        Assert.Equal("PolicyByteOrderMark",
            PolicyText.Refused([0xEF, 0xBB, 0xBF,
            .. Encoding.UTF8.GetBytes(PolicyText.WithRequirement("""{"type": "reject"}"""))]).ErrorId);

    [Fact]
    public void Utf16_is_refused()
    {
        string policy = PolicyText.WithRequirement("""{"type": "reject"}""");
        Assert.Equal("PolicyInvalidText", PolicyText.Refused([.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(policy)]).ErrorId);
        Assert.Equal("PolicyInvalidText",
            PolicyText.Refused([.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(policy)]).ErrorId);
        Assert.Equal("PolicySyntax", PolicyText.Refused(Encoding.Unicode.GetBytes(policy)).ErrorId);
        Assert.Equal("PolicySyntax", PolicyText.Refused(Encoding.UTF32.GetBytes(policy)).ErrorId);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0xC3 })]
    [InlineData(new byte[] { 0xC0, 0x80 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xF4, 0x90, 0x80, 0x80 })]
    public void Invalid_utf8_is_refused(byte[] bytes)
    {
        TrustFormatException e = PolicyText
            .Refused([.. "{\n\"default\": [{\"type\": \"reject\"}], \"transports\": {\"x\": {\""u8, .. bytes,
            .. "\": [{\"type\": \"reject\"}]}}}"u8]);
        Assert.Equal(("PolicyInvalidText", 2, 56), (e.ErrorId, e.Line, e.Column));
    }

    [Theory]
    [InlineData("""\ud800""")]
    [InlineData("""\udc00""")]
    [InlineData("""\ud800\ud800""")]
    [InlineData("""\udc00\ud800""")]
    [InlineData("""\ud800x""")]
    public void Unpaired_surrogates_are_refused(string text)
    {
        Assert.Equal("PolicyInvalidText", PolicyText.Refused(PolicyText.WithScope("docker", $"\"{text}\"")).ErrorId);
        Assert.Equal("PolicyInvalidText", PolicyText.Refused(PolicyText.WithScope(text, "\"a\"")).ErrorId);
        Assert.Equal("PolicyInvalidText", PolicyText.Refused($$"""{"{{text}}": 1}""").ErrorId);
        Assert.Equal("PolicyInvalidText", PolicyText.Refused(PolicyText.WithRequirement($$"""{"type": "{{text}}"}""")).ErrorId);
        Assert.Equal("PolicyInvalidText",
            PolicyText.Refused(PolicyText.WithRequirement($$"""{"{{text}}": 1, "type": "reject"}""")).ErrorId);
        Assert.Equal("PolicyInvalidText",
            PolicyText.Refused(PolicyText
            .WithRequirement($$"""{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/{{text}}"}""")).ErrorId);
    }

    [Theory]
    [InlineData("\u0001")]
    [InlineData("\n")]
    [InlineData("\t")]
    [InlineData("\u001f")]
    [InlineData("\0")]
    public void A_control_character_in_a_string_is_refused(string text) =>
        Assert.Equal("PolicySyntax", PolicyText.Refused(PolicyText.WithScope("docker", $"\"a{text}\"")).ErrorId);

    [Fact]
    public void Names_in_messages_are_shown_without_control_characters_and_shortened()
    {
        TrustFormatException e = PolicyText.Refused("""{"\u001b[2J\n\u202e": 1}""");
        Assert.Equal("$[\"\\u001b[2J\\u000a\\u202e\"]", e.DocumentPath);
        Assert.DoesNotContain(e.Message, char.IsControl);

        e = PolicyText.Refused(PolicyText.WithScope("dir", $"\"{new string('x', 1_000_000)}\""));
        Assert.InRange(e.Message.Length, 200, 2_000);
        e = PolicyText.Refused(PolicyText
            .WithIdentity($$"""{"type": "exactReference", "dockerReference": "{{new string('X', 1_000_000)}}"}"""));
        Assert.InRange(e.Message.Length, 200, 2_000);
    }
}
