using System.Globalization;
using System.Numerics;

namespace ContainerTrust.Engine.OpenPgp;

/// <summary>EdDSA over the hash (RFC 9580 sections 5.2.3.3 to 5.2.3.5).</summary>
/// <param name="form">Curve and encoding.</param>
/// <param name="key">The public key in its native encoding.</param>
internal sealed class EddsaVerificationKey(EddsaForm form, byte[] key) : VerificationKey
{
    // RFC 8032 sections 5.1 and 5.2.
    private static readonly BigInteger s_order25519 = BigInteger.Pow(2, 252) +
        BigInteger.Parse("27742317777372353535851937790883648493", CultureInfo.InvariantCulture);
    private static readonly BigInteger s_order448 =
        BigInteger.Pow(2, 446) - BigInteger.Parse("13818066809895115352007386748515426880336692474882178609894547503885",
            CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override int Cost => form == EddsaForm.Ed448 ? 6 : 2;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Plain(ReadOnlySpan<byte> material)
    {
        switch (form)
        {
            case EddsaForm.Ed25519:
                return Reduce(material, 32, 64, s_order25519);
            case EddsaForm.Ed448:
                return Reduce(material, 57, 114, s_order448);
            default:
                return PlainPair(material);
        }
    }

    /// <inheritdoc/>
    public override bool Verify(byte hashAlgorithm, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> material)
    {
        switch (form)
        {
            case EddsaForm.Ed25519:
                return material.Length == 64 && BouncyCastleAdapter.VerifyEd25519(key, digest, material);
            case EddsaForm.Ed448:
                return material.Length == 114 && BouncyCastleAdapter.VerifyEd448(key, digest, material);
            default:
                if (!TryReadPair(material, out var r, out var s) || r.Length > 32 || s.Length > 32)
                    return false;
                Span<byte> signature = stackalloc byte[64];
                signature.Clear();
                r.CopyTo(signature[(32 - r.Length)..]);
                s.CopyTo(signature[(64 - s.Length)..]);
                return BouncyCastleAdapter.VerifyEd25519(key, digest, signature);
        }
    }

    // The second number's octets, as many as they should be, are S as the algorithm has it: little endian.
    private static ReadOnlySpan<byte> PlainPair(ReadOnlySpan<byte> material)
    {
        var rest = material;
        if (!TryReadInteger(ref rest, out _))
            return material;
        var first = material[..(material.Length - rest.Length)];
        if (!TryReadInteger(ref rest, out var s) || s.Length > 32)
            return material;
        Span<byte> octets = stackalloc byte[32];
        octets.Clear();
        s.CopyTo(octets[(32 - s.Length)..]);
        BigInteger number = new(octets, isUnsigned: true);
        if (number < s_order25519)
            return FirstIntegers(material, 2);
        octets.Clear();
        (number % s_order25519).ToByteArray(isUnsigned: true).CopyTo(octets);
        return (byte[])[.. first, .. WriteInteger(new BigInteger(octets, isUnsigned: true, isBigEndian: true))];
    }

    // The second half, little endian, is the number S.
    private static ReadOnlySpan<byte> Reduce(ReadOnlySpan<byte> material, int start, int end, BigInteger order)
    {
        if (material.Length < end)
            return material;
        BigInteger number = new(material[start..end], isUnsigned: true);
        if (number < order)
            return material[..end];
        byte[] reduced = material[..end].ToArray();
        reduced.AsSpan(start).Clear();
        (number % order).ToByteArray(isUnsigned: true).CopyTo(reduced, start);
        return reduced;
    }
}

/// <summary>How an EdDSA signature is encoded.</summary>
internal enum EddsaForm
{
    /// <summary>Ed25519 as two numbers (algorithm 22).</summary>
    LegacyEd25519,

    /// <summary>Ed25519, 64 octets (algorithm 27).</summary>
    Ed25519,

    /// <summary>Ed448, 114 octets (algorithm 28).</summary>
    Ed448,
}
