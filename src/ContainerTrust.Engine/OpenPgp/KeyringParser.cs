using System.Globalization;

namespace ContainerTrust.Engine.OpenPgp;

/// <summary>
/// Collects the certificates of key files, with the signatures that may be self-signatures, for <see cref="SelfSignatureJudge"/>. Which signature belongs to
/// what follows GnuPG, except that a revocation counts wherever it stands.
/// </summary>
internal sealed class KeyringParser
{
    private const int MaxPackets = 100_000;
    private const int MaxWarnings = 100;

    private readonly Dictionary<string, RawCertificate> _byFingerprint = new(StringComparer.Ordinal);
    private readonly List<string> _warnings = [];
    private int _droppedWarnings;

    /// <summary>The certificates in the order in which they came.</summary>
    public List<RawCertificate> Certificates { get; } = [];

    /// <summary>Revocations of keys that stand elsewhere than with the key that they name.</summary>
    public List<(ulong Issuer, byte[] Signature)> LooseRevocations { get; } = [];

    /// <summary>Reads a file.</summary>
    /// <param name="source">The file.</param>
    /// <exception cref="TrustException">The file is no key file, or damaged.</exception>
    public void Read(KeyringSource source) => KeyFile.Read(source.Content.Span, source.Name, new Sink(this, source.Name));

    /// <summary>Adds a warning.</summary>
    /// <param name="sentence">A sentence.</param>
    public void Warn(string sentence)
    {
        if (_warnings.Count < MaxWarnings)
            _warnings.Add(sentence);
        else
            _droppedWarnings++;
    }

    /// <summary>The warnings.</summary>
    /// <returns>Sentences.</returns>
    public IReadOnlyList<string> TakeWarnings()
    {
        if (_droppedWarnings > 0)
            _warnings.Add(string.Create(CultureInfo.InvariantCulture, $"{_droppedWarnings} further warnings are left out."));
        return _warnings;
    }

    private RawCertificate Add(RawKey primary)
    {
        if (_byFingerprint.TryGetValue(primary.Packet.Fingerprint, out var known))
            return known;
        var certificate = new RawCertificate(primary);
        _byFingerprint.Add(primary.Packet.Fingerprint, certificate);
        Certificates.Add(certificate);
        return certificate;
    }

    private sealed class Sink(KeyringParser parser, string name) : IKeyPacketSink
    {
        private int _packets;
        private RawCertificate? _certificate;

        // What a signature at this place is about: the list that takes it, and whether the part before user ids and subkeys has ended.
        private List<byte[]>? _component;
        private bool _isAfterPrimary;
        private bool _isAfterUserIds;
        private bool _hasUserId;

        public void Warn(string problem) => parser.Warn($"{name}: {problem}");

        public void Parse(ReadOnlySpan<byte> data, int line)
        {
            var source = new PacketSource(name, line);
            var reader = new PacketReader(data, source, MaxPackets - _packets);
            Begin(null);
            while (reader.TryRead(out var packet))
                Add(packet, source);
            _packets += reader.Count;
        }

        private void Begin(RawCertificate? certificate)
        {
            _certificate = certificate;
            _component = certificate?.Primary.Signatures;
            _isAfterPrimary = _isAfterUserIds = _hasUserId = false;
        }

        private void Add(in Packet packet, PacketSource source)
        {
            switch (packet.Tag)
            {
                case PacketTag.PublicKey:
                    AddPrimary(packet, source);
                    break;
                case PacketTag.PublicSubkey:
                    AddSubkey(packet, source);
                    break;
                case PacketTag.UserId:
                    AddUserId(packet);
                    break;
                case PacketTag.UserAttribute:
                    // A subkey's signatures may go on behind it, a user id's do not.
                    _isAfterPrimary = _hasUserId = true;
                    if (!_isAfterUserIds)
                        _component = null;
                    break;
                case PacketTag.Signature:
                    AddSignature(packet, source);
                    break;
                case PacketTag.SecretKey:
                    Begin(null);
                    Warn("it contains a private key, which must not be where policies are; the private key is skipped.");
                    break;
                case PacketTag.SecretSubkey:
                    _isAfterPrimary = _isAfterUserIds = true;
                    _component = null;
                    break;
                case PacketTag.Marker when !packet.Body.SequenceEqual("PGP"u8):
                    throw source.Malformed(packet.Offset, "a marker packet does not say PGP, and GnuPG imports nothing of such a file; get it again.");
                case PacketTag.Trust or PacketTag.Marker or PacketTag.Padding or PacketTag.OldComment or >= (PacketTag)40:
                    break;
                case PacketTag.PublicKeyEncryptedSessionKey or PacketTag.SymmetricKeyEncryptedSessionKey or PacketTag.OnePassSignature or PacketTag.CompressedData
                    or PacketTag.SymmetricallyEncryptedData or PacketTag.LiteralData or PacketTag.IntegrityProtectedData or PacketTag.AeadEncryptedData:
                    throw source.Malformed(packet.Offset, "this is part of an OpenPGP message, not of a key; give the file of a public key.");
                default:
                    throw source.Malformed(packet.Offset, string.Create(CultureInfo.InvariantCulture, $"packet type {(int)packet.Tag} is unknown and must not be ignored; this key is of a newer kind than this release reads."));
            }
        }

        private void AddPrimary(in Packet packet, PacketSource source)
        {
            PublicKeyPacket.Read(packet, source, out var key, out string? unusable);
            if (key is null)
            {
                Begin(null);
                Warn($"a key {unusable} is skipped; this release cannot use it.");
                return;
            }

            Begin(parser.Add(new RawKey(key, packet.Body.ToArray())));
        }

        private void AddSubkey(in Packet packet, PacketSource source)
        {
            if (_certificate is null)
                return;
            _isAfterPrimary = _isAfterUserIds = true;
            _component = null;
            PublicKeyPacket.Read(packet, source, out var key, out string? unusable);
            if (key is not null && key.Version != _certificate.Primary.Packet.Version)
                unusable = $"{key.Fingerprint} of another version than its primary key";
            if (unusable is not null)
            {
                Warn($"a subkey {unusable} (of key {_certificate.Primary.Packet.Fingerprint}) is skipped; this release cannot use it.");
                return;
            }

            _component = _certificate.AddSubkey(new RawKey(key!, packet.Body.ToArray())).Signatures;
        }

        private void AddUserId(in Packet packet)
        {
            if (_certificate is null)
                return;
            _isAfterPrimary = _hasUserId = true;

            // GnuPG does not look for user ids behind subkeys.
            if (_isAfterUserIds)
                return;
            _component = null;
            if (packet.Body.Length > UserIdText.MaxLength)
                Warn($"a user id of key {_certificate.Primary.Packet.Fingerprint} is longer than 2,048 octets and is skipped.");
            else
                _component = _certificate.AddUserId(packet.Body).Signatures;
        }

        private void AddSignature(in Packet packet, PacketSource source)
        {
            var outcome = SignaturePacket.Parse(packet.Body, out var signature);
            if (outcome == SignatureParse.Malformed)
                throw source.Malformed(packet.Offset, "the signature in this packet is malformed; the file is damaged, get it again.");
            // GnuPG imports nothing of such a file; what cannot be read could be a revocation.
            if (outcome == SignatureParse.UnknownVersion)
                throw source.Malformed(packet.Offset, "the signature in this packet is of an unknown version; export the key with gpg --export-options export-clean.");

            bool mayBeOwn = _certificate is not null && (signature.IssuerKeyId is null || signature.IssuerKeyId == _certificate.Primary.Packet.KeyId);
            if (signature.Type == SignatureType.KeyRevocation)
            {
                if (mayBeOwn)
                    Keep(_certificate!.KeyRevocations, packet.Body);
                else if (_certificate is not null)
                    Keep(_certificate.OtherRevocations, packet.Body);
                if (signature.IssuerKeyId is { } issuer && issuer != _certificate?.Primary.Packet.KeyId)
                    parser.LooseRevocations.Add((issuer, packet.Body.ToArray()));
                return;
            }

            bool isCertification = signature.Type is (>= SignatureType.GenericCertification and <= SignatureType.PositiveCertification) or SignatureType.CertificationRevocation;
            if (isCertification && !_hasUserId && _certificate is not null && signature.IssuerKeyId == _certificate.Primary.Packet.KeyId)
                _certificate.HasMisplacedCertification = true;

            // A statement without a key id is nobody's to GnuPG (version 6 has fingerprints only). What counts against a key counts in doubt: revocations,
            // and statements that cannot be read in full.
            bool isInDoubt = signature.Type is SignatureType.SubkeyRevocation or SignatureType.CertificationRevocation || outcome != SignatureParse.Read || signature.Version == 6;
            if (!mayBeOwn || (signature.IssuerKeyId is null && !isInDoubt))
                return;
            switch (signature.Type)
            {
                case SignatureType.SubkeyRevocation:
                    Keep(_certificate!.SubkeyRevocations, packet.Body);
                    break;
                case SignatureType.DirectKey when !_isAfterPrimary:
                case >= SignatureType.GenericCertification and <= SignatureType.PositiveCertification or SignatureType.CertificationRevocation when _isAfterPrimary && !_isAfterUserIds:
                case SignatureType.SubkeyBinding when _isAfterUserIds:
                    if (_component is not null)
                        Keep(_component, packet.Body);
                    break;
            }
        }

        private void Keep(List<byte[]> list, ReadOnlySpan<byte> body)
        {
            if (_certificate!.SignatureCount > RawCertificate.MaxSignatures)
                return;
            foreach (byte[] known in list)
            {
                if (known.AsSpan().SequenceEqual(body))
                    return;
            }

            list.Add(body.ToArray());
            _certificate.SignatureCount++;
        }
    }
}
