using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.Sigstore;
using ContainerTrust.Engine.Sigstore.Bundles;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>
/// The bundles that the tests of the cmdlets and the command serve (<c>tests/Pester/Images/bundle</c>). They are good for ever, as only
/// proven times count; <c>CONTAINERTRUST_WRITE_SAMPLES=1</c> makes them anew.
/// </summary>
public sealed class BundleSampleTests
{
    private static string Samples
    {
        get
        {
            DirectoryInfo? directory = new(AppContext.BaseDirectory);
            while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "ContainerTrust.sln")))
                directory = directory.Parent;
            return Path.Combine(directory!.FullName, "tests/Pester/Images/bundle");
        }
    }

    [Theory]
    [InlineData("first.json", true)]
    [InlineData("second.json", true)]
    [InlineData("file.json", false)]
    public void The_samples_are_good_but_the_file_s_is_no_image_s(string name, bool isOfImage)
    {
        if (Environment.GetEnvironmentVariable("CONTAINERTRUST_WRITE_SAMPLES") == "1")
            Write();
        byte[] manifest = File.ReadAllBytes($"{Samples}/manifest.json");
        SigstoreTrust trust = SigstoreTrust.FromTrustedRoot(
            new SigstoreKeySource("trusted_root.json", File.ReadAllBytes($"{Samples}/trusted_root.json")), TestInstance.Issuer,
                TestInstance.Email);
        Assert.True(SigstoreBundle.TryParse(File.ReadAllBytes($"{Samples}/{name}"), out SigstoreBundle? bundle, out string problem),
            problem);
        SigstoreVerification verification = trust.Verify(bundle, "sha256:" + Convert.ToHexStringLower(SHA256.HashData(manifest)), manifest);
        Assert.True(verification.IsGood == isOfImage, verification.Reason);
        if (!isOfImage)
            Assert.Contains("good signature of a file", verification.Reason, StringComparison.Ordinal);
    }

    private static void Write()
    {
        lock (typeof(BundleSampleTests))
        {
            if (File.Exists($"{Samples}/trusted_root.json"))
                return;
            Directory.CreateDirectory(Samples);
            TestInstance instance = new() { DemandsCertificateLog = true };
            TestCertificate leaf = instance.Logged(instance.NewLeaf());
            TestBundle second = TestBundle.Second(instance);
            second.Leaf = leaf;
            File.WriteAllBytes($"{Samples}/manifest.json", TestBundle.Manifest);
            File.WriteAllText($"{Samples}/first.json", new TestBundle(instance) { Leaf = leaf }.Make());
            File.WriteAllText($"{Samples}/second.json", second.Make());
            File.WriteAllText($"{Samples}/file.json", new TestBundle(instance) { Leaf = leaf, Kind = "hashedrekord 0.0.1",
                IsOfFile = true }.Make());
            File.WriteAllText($"{Samples}/trusted_root.json", instance.TrustedRoot());
            File.WriteAllText($"{Samples}/ca.pem", instance.Root.Pem + instance.Authority.Pem);
            File.WriteAllText($"{Samples}/rekor.pub", instance.LogKey.Pem, Encoding.ASCII);
        }
    }
}
