namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>Damages data.</summary>
internal static class Mutation
{
    /// <summary>One to three changes: octets, bits, cuts, copies, insertions.</summary>
    public static byte[] Apply(byte[] seed, Random random)
    {
        var content = new List<byte>(seed);
        for (int changes = random.Next(1, 4); changes > 0 && content.Count > 0; changes--)
        {
            int at = random.Next(content.Count);
            switch (random.Next(7))
            {
                case 0:
                    content[at] = (byte)random.Next(256);
                    break;
                case 1:
                    content[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    content[at] = random.Next(2) == 0 ? (byte)255 : (byte)0;
                    break;
                case 3:
                    content.RemoveRange(at, content.Count - at);
                    break;
                case 4:
                    content.RemoveRange(at, Math.Min(random.Next(1, 20), content.Count - at));
                    break;
                case 5:
                    content.InsertRange(at, content.GetRange(at, Math.Min(random.Next(1, 60), content.Count - at)));
                    break;
                default:
                    content.Insert(at, (byte)random.Next(256));
                    break;
            }
        }

        return [.. content];
    }
}
