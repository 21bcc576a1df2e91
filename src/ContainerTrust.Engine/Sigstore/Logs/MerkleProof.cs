using System.Security.Cryptography;
using ContainerTrust.Engine.Sigstore.Bundles;

namespace ContainerTrust.Engine.Sigstore.Logs;

/// <summary>Proofs that an entry is in a log (RFC 6962 section 2.1.1; RFC 9162 section 2.1.3.2).</summary>
internal static class MerkleProof
{
    /// <summary>Whether an entry is in the tree with a root.</summary>
    /// <param name="proof">The proof.</param>
    /// <param name="entry">The entry.</param>
    /// <returns>Whether the proof leads from the entry to the root that it names.</returns>
    public static bool Holds(BundleInclusionProof proof, ReadOnlySpan<byte> entry)
    {
        if (proof.LogIndex < 0 || proof.LogIndex >= proof.TreeSize || proof.RootHash.Length != SHA256.HashSizeInBytes)
            return false;
        byte[] hash = SHA256.HashData([0, .. entry]);
        long node = proof.LogIndex;
        long last = proof.TreeSize - 1;
        foreach (byte[] sibling in proof.Hashes)
        {
            if (last == 0 || sibling.Length != SHA256.HashSizeInBytes)
                return false;
            if ((node & 1) == 1 || node == last)
            {
                hash = SHA256.HashData([1, .. sibling, .. hash]);
                while ((node & 1) == 0 && node != 0)
                {
                    node >>= 1;
                    last >>= 1;
                }
            }
            else
            {
                hash = SHA256.HashData([1, .. hash, .. sibling]);
            }

            node >>= 1;
            last >>= 1;
        }

        return last == 0 && hash.AsSpan().SequenceEqual(proof.RootHash);
    }
}
