using System.Reflection;

namespace ContainerTrust.Engine.Tests.Keys;

/// <summary>Every member of a requirement whose name says that it holds a path or data, and requirements that have it.</summary>
internal static class MaterialMembers
{
    /// <summary>The type that has it, and its name.</summary>
    public static TheoryData<string, string> All
    {
        get
        {
            TheoryData<string, string> members = [];
            foreach (Type type in (Type[])[typeof(SignedByRequirement), typeof(SigstoreSignedRequirement), typeof(FulcioIdentity),
                typeof(PkiIdentity)])
            {
                foreach (PropertyInfo property in type.GetProperties().Where(static p => IsMaterial(p.Name)))
                    members.Add(type.Name, property.Name);
            }

            return members;
        }
    }

    /// <summary>Whether a member names files, and not data.</summary>
    /// <param name="member">Its name.</param>
    public static bool IsPath(string member) => member.Contains("Path", StringComparison.Ordinal);

    /// <summary>A requirement with this member alone.</summary>
    /// <param name="type">The type that has it.</param>
    /// <param name="member">Its name.</param>
    /// <param name="value">A path, or base64.</param>
    public static TrustRequirement Make(string type, string member, string value)
    {
        object Set(object target)
        {
            PropertyInfo property = target.GetType().GetProperty(member)!;
            property.SetValue(target, property.PropertyType == typeof(string) ? value : new[] { value });
            return target;
        }

        return type switch
        {
            nameof(SignedByRequirement) => (TrustRequirement)Set(new SignedByRequirement()),
            nameof(SigstoreSignedRequirement) => (TrustRequirement)Set(new SigstoreSignedRequirement()),
            nameof(FulcioIdentity) => new SigstoreSignedRequirement
            {
                Fulcio = (FulcioIdentity)Set(new FulcioIdentity
                    { OidcIssuer = "https://issuer.example.com", SubjectEmail = "u@example.com" }),
            },
            _ => new SigstoreSignedRequirement { Pki = (PkiIdentity)Set(new PkiIdentity { SubjectEmail = "u@example.com" }) },
        };
    }

    /// <summary>A requirement that a policy can have: with what the member needs beside it.</summary>
    /// <param name="type">The type that has it.</param>
    /// <param name="member">Its name.</param>
    /// <param name="value">A path, or base64.</param>
    /// <param name="pem">A file with a public key.</param>
    /// <param name="ca">A file with a CA.</param>
    public static TrustRequirement Complete(string type, string member, string value, string pem = "/pem", string ca = "/ca") =>
        (type, Make(type, member, value)) switch
    {
        (nameof(SignedByRequirement), SignedByRequirement r) => r,
        (nameof(FulcioIdentity), SigstoreSignedRequirement r) => r with { RekorPublicKeyPath = pem },
        (nameof(PkiIdentity), SigstoreSignedRequirement { Pki: { } pki } r) when member.Contains("Intermediates",
            StringComparison.Ordinal) =>
            r with { Pki = pki with { CaRootsPath = ca } },
        (nameof(SigstoreSignedRequirement), SigstoreSignedRequirement r) when member.StartsWith("Rekor", StringComparison.Ordinal) =>
            r with { KeyPath = pem },
        (_, var requirement) => requirement,
    };

    private static bool IsMaterial(string name) =>
        name.EndsWith("Path", StringComparison.Ordinal) || name.EndsWith("Paths", StringComparison.Ordinal)
        || name.EndsWith("Data", StringComparison.Ordinal) || name.EndsWith("Datas", StringComparison.Ordinal);
}
