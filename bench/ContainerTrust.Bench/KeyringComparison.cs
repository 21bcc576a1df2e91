using System.Globalization;
using System.Security.Cryptography;
using ContainerTrust.Conformance.Tests.Verification;
using ContainerTrust.Engine.OpenPgp;

namespace ContainerTrust.Bench;

/// <summary>
/// Reading and judging a keyring (each key RSA 4096, with one user id and its certification), beside importing as many keys and verifying
/// as many signatures with the framework alone; both in processor time of one thread, in turn.
/// </summary>
internal static class KeyringComparison
{
    /// <summary>Measures and prints.</summary>
    /// <param name="quick">Once, and briefly.</param>
    public static void Run(bool quick)
    {
        int count = quick ? 50 : 1000;
        using WriterKey key = new(bits: 4096);
        byte[] keyring = [.. Enumerable.Range(0, count).SelectMany(i => key.MadeAt(WriterKey.DefaultCreated + (uint)i).Certificate())];
        KeyringSource[] sources = [new KeyringSource("keyring", keyring)];
        RSAParameters parameters = key.Rsa.ExportParameters(false);
        byte[] digest = SHA256.HashData(keyring), signature = key.Rsa.SignHash(digest, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        List<double> ours = [], bare = [];
        for (int round = 0; round < (quick ? 1 : 9); round++)
        {
            bare.Add(ProcessorTime.Of(() => VerifyAll(count, parameters, digest, signature)).TotalMilliseconds);
            ours.Add(ProcessorTime.Of(() => Judge(count, sources)).TotalMilliseconds);
        }

        double mine = ours.Order().ElementAt(ours.Count / 2), theirs = bare.Order().ElementAt(bare.Count / 2);
        string what = string.Create(CultureInfo.InvariantCulture, $"a keyring of {count:N0} keys, read and judged, beside the arithmetic");
        BenchRows.Add(what, Milliseconds(mine), Milliseconds(theirs), mine / theirs, "under 250 ms");
    }

    private static void Judge(int count, KeyringSource[] sources)
    {
        if (OpenPgpKeyring.Import(sources).PrimaryFingerprints.Count != count)
            throw new InvalidOperationException("Not all keys were taken.");
    }

    private static void VerifyAll(int count, RSAParameters parameters, byte[] digest, byte[] signature)
    {
        for (int i = 0; i < count; i++)
        {
            using RSA rsa = RSA.Create();
            rsa.ImportParameters(parameters);
            if (!rsa.VerifyHash(digest, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))
                throw new InvalidOperationException("A signature is not good.");
        }
    }

    private static string Milliseconds(double value) => value.ToString("F0", CultureInfo.InvariantCulture) + " ms";
}
