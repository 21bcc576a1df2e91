using System.Globalization;
using ContainerTrust.Engine.OpenPgp.Consumers;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp.Certificates;

/// <summary>
/// Reads key files to <see cref="RawCertificate"/>s: the only parser of certificates. It knows the grammar and the bounds, and decides
/// nothing: every signature is kept with the place where it stood. A file of which GnuPG 2.2 imports nothing is refused whole, because
/// what cannot be read could be a revocation.
/// </summary>
/// <param name="rules">The rules.</param>
/// <param name="reading">Whose reading of key files counts.</param>
internal sealed class KeyFileParser(OpenPgpRules rules, KeyFileReading reading = KeyFileReading.All)
{
    private const int MaxPackets = 100_000;

    private readonly OpenPgpRules _rules = rules;
    private readonly KeyFileReading _reading = reading;
    private readonly Dictionary<string, RawCertificate> _byFingerprint = new(StringComparer.Ordinal);

    /// <summary>The certificates in the order in which they came.</summary>
    public List<RawCertificate> Certificates { get; } = [];

    /// <summary>Revocations of keys that stand elsewhere than with the key that they name.</summary>
    public List<LooseRevocation> LooseRevocations { get; } = [];

    /// <summary>Other signatures that stand with no key.</summary>
    public List<JudgedStatement> LooseStatements { get; } = [];

    /// <summary>What was skipped.</summary>
    public WarningList Warnings { get; } = new();

    /// <summary>A file that Sequoia refuses whole, and what it has that is the reason. Null if it refuses none.</summary>
    public (string File, string What)? RefusalBySequoia { get; private set; }

    /// <summary>Reads a file.</summary>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="content">The file.</param>
    /// <exception cref="TrustException">The file is not a key file, or damaged.</exception>
    public void Read(string name, ReadOnlySpan<byte> content)
    {
        Sink sink = new(this, name);
        KeyFile.Read(content, name, sink);
        sink.RequireMarks();
    }

    private RawCertificate Add(PublicKeyPacket key, ReadOnlySpan<byte> body, bool isPrivate)
    {
        if (!_byFingerprint.TryGetValue(key.Fingerprint, out var certificate))
        {
            certificate = new RawCertificate(new RawComponent(ComponentKind.PrimaryKey, body.ToArray(), key));
            _byFingerprint.Add(key.Fingerprint, certificate);
            Certificates.Add(certificate);
        }

        certificate.HasPublicCopy |= !isPrivate;
        return certificate;
    }

    private sealed class Sink(KeyFileParser parser, string name) : IKeyPacketSink
    {
        private readonly OpenPgpRules _rules = parser._rules;
        private int _packets;
        private int _unmarkedLine;
        private bool _hasKeyForGpg;
        private RawCertificate? _certificate;
        private RawBlock _block = new(name, parser._reading);

        // What GnuPG is reading, and why it stopped.
        private RawBlock? _readByGnuPg;
        private string? _stop;
        private int _parts;
        private bool _hasKey;

        // What a signature at this place stands behind, and which parts of the certificate have begun.
        private RawComponent? _place;
        private bool _hasUserId;
        private bool _isBehindSubkey;
        private bool _isUnbound;

        public void MarkMissing(int line) => _unmarkedLine = line;

        // No GnuPG reads keys of version 6, and armor of these must not have a checksum (RFC 9580 section 6.1).
        public void RequireMarks()
        {
            if (_unmarkedLine == 0 || !_hasKeyForGpg)
                return;
            throw new TrustFormatException("MalformedArmor", name, _unmarkedLine, 0, "",
                "the armored block that begins here ends without padding and checksum, and GnuPG up to 2.4 (RHEL 8 to 10) " +
                    "imports nothing of such a file; "
                + "get the key as gpg --export --armor writes it.");
        }

        public void Warn(string problem) => parser.Warnings.Add($"{name}: {problem}");

        public void Parse(ReadOnlySpan<byte> data, int line)
        {
            var source = new PacketSource(name, line);
            var reader = new PacketReader(data, source, MaxPackets - _packets);
            bool isFirst = _parts++ == 0;
            while (reader.TryRead(out var packet))
            {
                Add(packet, source);
                if (!isFirst)
                    _block.LossByGo ??= $"it stands after the first armored block of {name}, and Go's OpenPGP reads no other";
            }

            LoseUnbound();

            _packets += reader.Count;
        }

        private void Begin(RawCertificate? certificate)
        {
            _certificate = certificate;
            _block = new RawBlock(name, parser._reading);
            _hasUserId = _isBehindSubkey = false;
            _place = null;
            if (certificate is not null)
                Place(certificate.Primary);
        }

        private void Place(RawComponent component)
        {
            _place = component;
            component.Blocks.Add(_block);
        }

        private void Add(in Packet packet, PacketSource source)
        {
            switch (packet.Tag)
            {
                case PacketTag.PublicKey:
                    AddPrimary(packet, source, isPrivate: false);
                    break;
                case PacketTag.PublicSubkey:
                    AddSubkey(packet, source);
                    break;
                case PacketTag.UserId:
                    AddUserId(packet, source, ComponentKind.UserId);
                    break;
                case PacketTag.UserAttribute:
                    AddUserId(packet, source, ComponentKind.UserAttribute);
                    break;
                case PacketTag.Signature:
                    AddSignature(packet, source);
                    break;
                case PacketTag.SecretKey:
                    AddPrimary(SecretKeyPacket.PublicPart(packet), source, isPrivate: true);
                    break;
                case PacketTag.SecretSubkey:
                    _block.HasPrivateKey = true;
                    AddSubkey(SecretKeyPacket.PublicPart(packet), source);
                    break;
                case PacketTag.Marker when !packet.Body.SequenceEqual("PGP"u8):
                    throw source.Malformed(
                        packet.Offset,
                        "a marker packet does not say PGP, and GnuPG imports nothing of such a file; get it again.");
                case PacketTag.GpgControl:
                    // GnuPG takes it for its own mark, and loses a byte of what follows where it is not.
                    throw source.Malformed(
                        packet.Offset,
                        "a packet of type 63 is GnuPG's own, and GnuPG reads nothing sound after it; get the file again.");
                case PacketTag.Trust or PacketTag.Marker or PacketTag.Padding or PacketTag.OldComment or >= (PacketTag)40:
                    break;
                case PacketTag.PublicKeyEncryptedSessionKey or PacketTag.SymmetricKeyEncryptedSessionKey or PacketTag.OnePassSignature
                    or PacketTag.CompressedData
                    or PacketTag.SymmetricallyEncryptedData or PacketTag.LiteralData or PacketTag.IntegrityProtectedData
                        or PacketTag.AeadEncryptedData:
                    throw source.Malformed(
                        packet.Offset,
                        "this is part of an OpenPGP message, not of a key; give the file of a public key.");
                default:
                    throw source.Malformed(packet.Offset, string.Create(CultureInfo.InvariantCulture,
                        $"packet type {(int)packet.Tag} is unknown and must not be ignored; this key is of a newer " +
                            $"kind than this release reads."));
            }
        }

        private void AddPrimary(in Packet packet, PacketSource source, bool isPrivate)
        {
            _hasKeyForGpg |= packet.Body.IsEmpty || packet.Body[0] != 6;
            PublicKeyPacket.Read(packet, source, out var key, out string? unusable);
            bool isOfGo = GoPackets.IsReadable(key, IsNewerGo);

            LoseUnbound();

            // x/crypto reads the next key's packet before it has done with the key before it, and loses both.
            if (!isOfGo && !IsNewerGo && _hasKey)
                LoseByGo("it stands before another key");
            Begin(key is null ? null : parser.Add(key, packet.Body, isPrivate));
            if (!isOfGo)
                LoseByGo("it is a key");
            _block.HasPrivateKey = isPrivate;
            _hasKey = true;
            if (packet.Body[0] == 6)
                StopGnuPg($"the key {key?.Fingerprint ?? unusable!.Split(' ')[0]} of version 6");
            else
                ReadByGnuPg();
            if (packet.Body[0] is not (4 or 6))
                RefuseBySequoia($"a key {unusable}");
            if (isPrivate)
                Warn("it contains a private key, which must not be where policies are; the private key is skipped.");
            else if (key is null)
                Warn($"a key {unusable} is skipped; this release cannot use it.");
        }

        // For x/crypto a subkey that no binding follows is an error of the whole key.
        private void LoseUnbound()
        {
            if (_isUnbound && !IsNewerGo)
                LoseByGo("it has a subkey without a binding, one");
            _isUnbound = false;
        }

        private bool IsNewerGo => parser._reading == KeyFileReading.NewerGo;

        // It reads the first armored block alone, so what follows loses nothing in it.
        private void LoseByGo(string what)
        {
            if (_parts <= 1)
                _block.LossByGo ??= $"{what} that Go's OpenPGP cannot read (in {name})";
        }

        // GnuPG 2.2, 2.3 and 2.4 alike. GnuPG 2.2.40 passes over a key of version 6 that has neither signatures nor subkeys; whether all
        // do is not known, so it counts as a stop for such a packet too, though it is not a key by itself.
        private void StopGnuPg(string what)
        {
            if (_stop is not null)
                return;
            if (_readByGnuPg is not null)
            {
                _readByGnuPg.LossByGnuPg =
                    $"it is the last key before {what} in {name}, at which GnuPG up to 2.4 stops and loses the key that it reads";
            }

            _stop = $"it is after {what} in {name}, at which GnuPG up to 2.4 stops";
        }

        private void ReadByGnuPg()
        {
            _block.LossByGnuPg = _stop;
            _readByGnuPg = _block;
        }

        private void RefuseBySequoia(string what) => parser.RefusalBySequoia ??= (name, what);

        private void AddSubkey(in Packet packet, PacketSource source)
        {
            if (!packet.Body.IsEmpty && packet.Body[0] == 6)
                StopGnuPg("a subkey of version 6");
            if (!_hasKey)
                RefuseBySequoia("a subkey before any key");
            if (_certificate is null)
                return;
            LoseUnbound();
            _isBehindSubkey = _isUnbound = true;
            _place = null;
            PublicKeyPacket.Read(packet, source, out var key, out string? unusable);
            int version = packet.Body[0], primaryVersion = _certificate.Key.Version;
            if (primaryVersion == 4 && version != 4)
            {
                throw source.Malformed(packet.Offset, string.Create(CultureInfo.InvariantCulture,
                    $"a subkey of version {version} stands below a key of version 4, and GnuPG 2.2 imports nothing of such a " +
                        $"file; export the key without it."));
            }

            if (!GoPackets.IsReadable(key, IsNewerGo) && !IsNewerGo)
                LoseByGo("it has a subkey");
            if (key is not null && version != primaryVersion)
                unusable = $"{key.Fingerprint} of another version than its primary key";
            if (unusable is not null)
                Warn($"a subkey {unusable} (of key {_certificate.Key.Fingerprint}) is skipped; this release cannot use it.");

            // What stands behind a subkey of an unknown kind is about that one; its body can still be hashed.
            if (version == primaryVersion)
                Place(_certificate.Add(ComponentKind.Subkey, packet.Body, key));
        }

        private void AddUserId(in Packet packet, PacketSource source, ComponentKind kind)
        {
            if (!_hasKey)
                RefuseBySequoia("a user id before any key");
            if (_certificate is null)
                return;
            LoseUnbound();
            _hasUserId = true;
            _place = null;
            if (kind == ComponentKind.UserId && packet.Body.Length > _rules.MaxUserIdLength)
            {
                Warn($"a user id of key {_certificate.Key.Fingerprint} is longer than 2,048 octets and is skipped.");
                return;
            }

            if (kind == ComponentKind.UserId && packet.Body.Length > _rules.MaxStoredUserIdLength)
                throw source.Malformed(
                    packet.Offset,
                    "a user id is longer than 2,038 octets, and GnuPG 2.2 does not import such a key; export the key without it.");
            Place(_certificate.Add(kind, packet.Body, null));
            _place!.StandsBehindSubkey |= _isBehindSubkey;
        }

        private void AddSignature(in Packet packet, PacketSource source)
        {
            var outcome = SignaturePacket.Parse(packet.Body, out var signature);
            RequireReadable(packet, source, outcome, signature);
            if (signature.Version == 6)
                StopGnuPg("a signature of version 6");
            if (!IsNewerGo && !GoPackets.IsReadable(signature, isNewer: false))
                LoseByGo("it has a signature");
            _isUnbound &= signature.Type != SignatureType.SubkeyBinding;
            if (!_hasKey)
                RefuseBySequoia("a signature before any key");
            var label = _certificate is null ? StatementLabel.Other : StatementLabels.Of(signature, _certificate.Key);
            if (signature.Type == SignatureType.KeyRevocation && label != StatementLabel.Own)
                parser.LooseRevocations.Add(new LooseRevocation(packet.Body.ToArray(), name, _certificate?.Key.Fingerprint));
            if (_certificate is null)
            {
                if (signature.Type != SignatureType.KeyRevocation)
                    AddLooseStatement(signature);
                return;
            }

            bool isCertification = signature.Type is (>= SignatureType.GenericCertification and <= SignatureType.PositiveCertification)
                or SignatureType.CertificationRevocation;
            _block.HasMisplacedCertification |= isCertification && !_hasUserId && label == StatementLabel.Own;
            _certificate.Add(packet.Body, _place, _block, label != StatementLabel.Other);
        }

        private void AddLooseStatement(in SignaturePacket signature)
        {
            string maker = StatementLabels.KeyId(signature)?.ToString("X16", CultureInfo.InvariantCulture) ?? "unnamed";
            parser.LooseStatements.Add(new JudgedStatement(name, maker, signature.Type, signature.Created, "", StatementOutcome.NotUsed,
                "it stands with no key that is known here"));
        }

        // GnuPG imports nothing of such a file; what cannot be read could be a revocation.
        private void RequireReadable(in Packet packet, PacketSource source, SignatureParse outcome, in SignaturePacket signature)
        {
            bool isKeyRevocation = signature.Type is SignatureType.KeyRevocation or SignatureType.SubkeyRevocation;
            if (outcome == SignatureParse.Malformed || (outcome == SignatureParse.BadSubpacket && isKeyRevocation))
                throw source.Malformed(packet.Offset, "the signature in this packet is malformed; the file is damaged, get it again.");
            if (outcome == SignatureParse.UnknownVersion)
                throw source.Malformed(
                    packet.Offset,
                    "the signature in this packet is of an unknown version; export the key with gpg --export-options export-clean.");
            if (signature.HashedArea.Length > _rules.MaxAreaLength || signature.UnhashedArea.Length > _rules.MaxAreaLength)
            {
                throw source.Malformed(packet.Offset,
                    "the signature in this packet has a part of more than 10,000 octets, and GnuPG imports nothing of such a file; " +
                        "export the key with gpg --export-options export-clean.");
            }

            if (!signature.HasKnownNumbers && signature.Material.Length > _rules.MaxOpaqueLength)
            {
                throw source.Malformed(packet.Offset,
                    "the signature in this packet is of an unknown algorithm and too long, and GnuPG 2.2 imports nothing of such a " +
                        $"file; export the key without it.");
            }
        }
    }
}

/// <summary>A revocation of a key (0x20) that stands elsewhere than with the key that it names.</summary>
/// <param name="Body">The signature packet's body.</param>
/// <param name="File">The file that it is in.</param>
/// <param name="Neighbour">Fingerprint of the key that it stands with. Null if it stands alone.</param>
internal sealed record LooseRevocation(byte[] Body, string File, string? Neighbour);
