using System.Text;

namespace ContainerTrust.Engine.Tests.ImageMode;

/// <summary>Documents in the shapes that bootc and rpm-ostree print, of images and systems that do not exist.</summary>
internal static class BootDocuments
{
    public const string Booted = "1111111111111111111111111111111111111111111111111111111111111111";
    public const string Staged = "2222222222222222222222222222222222222222222222222222222222222222";
    public const string Digest = "sha256:3333333333333333333333333333333333333333333333333333333333333333";

    /// <summary>What bootc prints, with an update that was fetched.</summary>
    public static string Bootc(string signature = ",\"signature\":\"containerPolicy\"", bool isStaged = true, bool isRollback = false,
        string image = "registry.example.com/os:v1", string digest = Digest) => """
        {"apiVersion":"org.containers.bootc/v1","kind":"BootcHost","metadata":{"name":"host"},
         "spec":{"image":{"image":"IMAGE","transport":"registry"SIGNATURE},"bootOrder":"default"},
         "status":{"staged":STAGED,"booted":BOOTED,"rollback":BEFORE,"rollbackQueued":QUEUED,"type":"bootcHost","usrOverlay":null}}
        """.Replace("STAGED", isStaged ? Entry(Staged, digest) : "null", StringComparison.Ordinal)
        .Replace("BOOTED", Entry(Booted, "sha256:" + new string('4', 64)), StringComparison.Ordinal)
        .Replace("BEFORE", Entry(new string('5', 64), "sha256:" + new string('6', 64)), StringComparison.Ordinal)
        .Replace("QUEUED", isRollback ? "true" : "false", StringComparison.Ordinal)
        .Replace("IMAGE", image, StringComparison.Ordinal).Replace("SIGNATURE", signature, StringComparison.Ordinal);

    /// <summary>What rpm-ostree prints.</summary>
    public static string RpmOstree(string origin = "ostree-unverified-registry:registry.example.com/os:v1", bool isStaged = true) => $$"""
        {
          "deployments" : [
            {{(isStaged ? Deployment(origin, Staged, "false", "true", Digest) + "," : "")}}
            {{Deployment(origin, Booted, "true", "false", "sha256:" + new string('4', 64))}}
          ],
          "transaction" : null,
          "cached-update" : null,
          "update-driver" : null
        }
        """;

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Entry(string checksum, string digest) => """
        {"image":{"image":{"image":"IMAGE","transport":"registry"SIGNATURE},"version":"9.20260101.0","timestamp":null,
         "imageDigest":"DIGEST","architecture":"amd64"},"cachedUpdate":null,"incompatible":false,"pinned":false,
         "softRebootCapable":false,"downloadOnly":false,"store":"ostreeContainer",
         "ostree":{"stateroot":"default","checksum":"CHECKSUM","deploySerial":0},"composefs":null}
        """.Replace("CHECKSUM", checksum, StringComparison.Ordinal).Replace("DIGEST", digest, StringComparison.Ordinal);

    private static string Deployment(string origin, string checksum, string booted, string staged, string digest) => $$"""
        {
          "base-commit-meta" : { "ostree.manifest-digest" : "{{digest}}", "ostree.importer.version" : "0.15.3" },
          "requested-packages" : [ ],
          "booted" : {{booted}},
          "id" : "default-{{checksum}}.0",
          "osname" : "default",
          "pinned" : false,
          "container-image-reference" : "{{origin}}",
          "checksum" : "{{checksum}}",
          "serial" : 0,
          "timestamp" : 1760000000,
          "staged" : {{staged}},
          "container-image-reference-digest" : "{{digest}}"
        }
        """;
}
