namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>Public keys made with GnuPG for these tests; the private ones are gone.</summary>
internal static class TestKeys
{
    // Primary key that signs; ed25519.
    public const string Release = """
        -----BEGIN PGP PUBLIC KEY BLOCK-----

        mDMEZZN9JRYJKwYBBAHaRw8BAQdApIhZg5/QlSMAT5ox4GcXiMALEuUTt4riLVfh
        qH7L1JK0JFJlbGVhc2UgU2lnbmVyIDxyZWxlYXNlQGV4YW1wbGUuY29tPoiQBBMW
        CAA4FiEEog6YM1ncjyjoZmyvBupP3tkdgeYFAmWTfSUCGwMFCwkIBwIGFQoJCAsC
        BBYCAwECHgECF4AACgkQBupP3tkdgeYFZQD9GX7XQ0FnhRwcp5moXIJFmZFna4zu
        CuxLI//hrZx8MzQA+wTDjYgNpsCnR1d0nuRTTLoyYwtDO59npRB8mFUOSJcC
        =TZMs
        -----END PGP PUBLIC KEY BLOCK-----
        """;

    // Primary key that only certifies and ends; a signing subkey that ends earlier, an encryption subkey; three user ids, one of them
    // revoked.
    public const string Root = """
        -----BEGIN PGP PUBLIC KEY BLOCK-----

        mDMEZZN9JRYJKwYBBAHaRw8BAQdAqhVmy2BMLTETKnGk8eqpWnYVWNpzChVIUSFl
        prVHgzi0HUZsZWV0IFJvb3QgPHJvb3RAZXhhbXBsZS5jb20+iJYEExYIAD4WIQRq
        op7FaziZPygzcOSEjpjdQ8le+wUCZZN9JQIbAQUJA8JnAAULCQgHAgYVCgkICwIE
        FgIDAQIeAQIXgAAKCRCEjpjdQ8le+/4eAP9dmK+j/N/K+f7anXOmg9Tzv2CqWKZu
        sYeQc/AB/GKgzwD/cvXd70c0YVCMDUhia6bs+Apu+vLKTpYuYjH9wo4XHAe0JUrD
        vHJnZW4gTcO8w59pZyA8anVlcmdlbkBleGFtcGxlLm9yZz6IlgQTFggAPhYhBGqi
        nsVrOJk/KDNw5ISOmN1DyV77BQJlvbtyAhsBBQkDwmcABQsJCAcCBhUKCQgLAgQW
        AgMBAh4BAheAAAoJEISOmN1DyV77et0BANOzCA5CKQTrkmTuFpM0ozDWfVeXh6Ys
        R3irxfCMAJOKAP9NKJ0TveBpNh/Yf0zmp8YqExPIIQgmq1vYbX+8lv97C7QdT2xk
        IEFkZHJlc3MgPG9sZEBleGFtcGxlLm5ldD6IeAQwFggAIBYhBGqinsVrOJk/KDNw
        5ISOmN1DyV77BQJlvbtzAh0gAAoJEISOmN1DyV77MYQA/0P9ZdHUBs7Zt/nE/aJA
        yTtA0tzTve2PycnIef7QBqm+AP97jo67w7O+gWC9SoytEOIk5iuZwxkjAF20MAAr
        jZN1AYiWBBMWCAA+FiEEaqKexWs4mT8oM3DkhI6Y3UPJXvsFAmW9u3ICGwEFCQPC
        ZwAFCwkIBwIGFQoJCAsCBBYCAwECHgECF4AACgkQhI6Y3UPJXvsBJwEA7LTILos+
        dKVj0V2HRcPxnkdAkdvvepzEHNx30ghc0ioA+gILYnNMK/UWx0FeO2wySycDpS0o
        idIekzC5m4nAnMYJuDMEZZN9JRYJKwYBBAHaRw8BAQdAnKhn39P/qXY59pI1oSjU
        3kffB964Rj+J2pwwn4+SUQSI9QQYFggAJhYhBGqinsVrOJk/KDNw5ISOmN1DyV77
        BQJlk30lAhsCBQkB4TOAAIEJEISOmN1DyV77diAEGRYIAB0WIQS3PNQPkUFx7bQw
        eWCSwUjAaqK5qAUCZZN9JQAKCRCSwUjAaqK5qDWlAQDw0v/ofQhBbB2t6etXijPM
        N4vfdctHdvNALispLEbKrgEA3q8rtq7I2/Sr80X5B/QaQQ/WrwtB45GDL/yEw5zc
        4gqFBgEAjThh5uThG9Dg03SCuvtMc4c5MMu9ccoThXPzOIbBaZsA/jyKWlRGrREQ
        hfHf1G/xSwfPj+Q/WzgrxaO7T3NudAEJuDgEZZN9JRIKKwYBBAGXVQEFAQEHQC/I
        wz491JdgTz1IVpQB04dKolHX+bt0L6OtS49r43ZFAwEIB4h4BBgWCAAgFiEEaqKe
        xWs4mT8oM3DkhI6Y3UPJXvsFAmWTfSUCGwwACgkQhI6Y3UPJXvvRngD/foGOoUwK
        pIH+6TiqAXLkwVNEtpMuJPOfahQGV1vpApEBAIRvCfvc5KPa42SBRylcoZmaw+NM
        LAdpCWzssn5z5nsA
        =3/BR
        -----END PGP PUBLIC KEY BLOCK-----
        """;

    // A revoked key.
    public const string Retired = """
        -----BEGIN PGP PUBLIC KEY BLOCK-----

        mDMEZZN9JRYJKwYBBAHaRw8BAQdATkrp874UijS+no6g5sh3iGQj15wqHPLGFQIj
        Z64hdyeIeAQgFggAIBYhBNfaLo2FcnVppPscVxv6uwLyaFRPBQJlk30lAh0AAAoJ
        EBv6uwLyaFRPyj4A+watiLNg0LEOZvj/pq5g48tpF4tNR7xlUKIijULEafQvAP4r
        FXJ8J4REJwcEM+hgpZH/mjbj8fQpEQI40o0DHjbhA7QkUmV0aXJlZCBTaWduZXIg
        PHJldGlyZWRAZXhhbXBsZS5jb20+iJAEExYIADgWIQTX2i6NhXJ1aaT7HFcb+rsC
        8mhUTwUCZZN9JQIbAwULCQgHAgYVCgkICwIEFgIDAQIeAQIXgAAKCRAb+rsC8mhU
        Tx48AQDLF9J7qtPnkYwFrb7apkYF/ixC4ChJfYGrN+bYqqCq3wD+M9bM9aeadnnC
        ybj3L0Lc0SjUl0fcNPNZVwqVZSRTeQM=
        =K5J0
        -----END PGP PUBLIC KEY BLOCK-----
        """;

    // The same key before its revocation.
    public const string RetiredBefore = """
        -----BEGIN PGP PUBLIC KEY BLOCK-----

        mDMEZZN9JRYJKwYBBAHaRw8BAQdATkrp874UijS+no6g5sh3iGQj15wqHPLGFQIj
        Z64hdye0JFJldGlyZWQgU2lnbmVyIDxyZXRpcmVkQGV4YW1wbGUuY29tPoiQBBMW
        CAA4FiEE19oujYVydWmk+xxXG/q7AvJoVE8FAmWTfSUCGwMFCwkIBwIGFQoJCAsC
        BBYCAwECHgECF4AACgkQG/q7AvJoVE8ePAEAyxfSe6rT55GMBa2+2qZGBf4sQuAo
        SX2Bqzfm2Kqgqt8A/jPWzPWnmnZ5wsm49y9C3NEo1JdH3DTzWVcKlWUkU3kD
        =JJMw
        -----END PGP PUBLIC KEY BLOCK-----
        """;

    // Primary key that only certifies, with a revoked signing subkey.
    public const string Owner = """
        -----BEGIN PGP PUBLIC KEY BLOCK-----

        mDMEZZN9JRYJKwYBBAHaRw8BAQdAzBI4TAigPThkekxQjdGPsor/zYutGHpCn0UL
        E9a8uUi0IFN1YmtleSBPd25lciA8b3duZXJAZXhhbXBsZS5jb20+iJAEExYIADgW
        IQQnEjGbmJuB6BIyHqsQr7V749/PcAUCZZN9JQIbAQULCQgHAgYVCgkICwIEFgID
        AQIeAQIXgAAKCRAQr7V749/PcKQjAQDQy5lVO6tJHrSw1ATGqHkS9irJunWFh6Sk
        i/0JYOjPTAEAk+qvH2W6uJSvGSHGWKa2Ldgppo6I0RydAPJhXtFQEQS4MwRlk30l
        FgkrBgEEAdpHDwEBB0AhPrv0Nt/4wrGY2oqfo8YQntMu+UNczJDNS6UOpjxZtYh4
        BCgWCAAgFiEEJxIxm5ibgegSMh6rEK+1e+Pfz3AFAmW9u3ICHQAACgkQEK+1e+Pf
        z3BHkwD9Gt79fnS8WZgcF67lpv3m9wO4nHRrdqGRrnhYhozLkocBAKsfA2I5Fxfx
        NJnbINq0EqxDKZ/+vV49+j3Wr+FoN5ACiO8EGBYIACAWIQQnEjGbmJuB6BIyHqsQ
        r7V749/PcAUCZZN9JQIbAgCBCRAQr7V749/PcHYgBBkWCAAdFiEEvszD1HuxgT+b
        bWCd6CaFeFpdT8IFAmWTfSUACgkQ6CaFeFpdT8Ja4QD9Fex6mRls1eigaWgeHLfe
        wtWzxzj9wI5cg4h2HjIJrWYA/jVrDS/8QeIOJN5AVDOYI9UMNsA7/CP4uyx0rspr
        c7QEvEwA/jKT5qsvBQ/M5Hu+ts+HRpFK8llegadH14/I7V82fgVEAP494645SF3a
        8LXGBQ3NXfGHyJTPktGPhu5FfTB8/EQ0Ag==
        =72AN
        -----END PGP PUBLIC KEY BLOCK-----
        """;

    // RSA 2048.
    public const string Legacy = """
        -----BEGIN PGP PUBLIC KEY BLOCK-----

        mQENBGWTfSUBCADvTWMSsnOJko0wcjKkTDC+xHLFbHJKhUxBnwzlz+Ql5+tby5+A
        RgDg5LPBhi9o2fjvAnStawxbkkr3Q1Wg+gFXX1kMTlNJ2RImCQmMBiZNeJ6UX8Fh
        UXyGTtEdtGfhVV36SDFQdsxwS+woM1oFx+lKQNqi9creCzj/kkmr11YlAb+9mwIx
        a7uQUhXwTJXmj+3VGkozpOjM394VBAfivJqd8NTtrAjybzyM28jl9lGUwnySPowv
        VXGWozLVLtR9aQV9zg4Nqj0jzrYwBvLuTRdAtW47ALg642lzNuL2Erg1LWFbXiuY
        yFZpo8Bb+aHPiG/OIAiLP+ziqbAAaNPjjltrABEBAAG0KExlZ2FjeSBTaWduZXIg
        KFJQTSkgPGxlZ2FjeUBleGFtcGxlLmNvbT6JAU4EEwEKADgWIQQpAQTivQ+gUNb6
        Ij7cM656E43RKAUCZZN9JQIbAwULCQgHAgYVCgkICwIEFgIDAQIeAQIXgAAKCRDc
        M656E43RKG2oB/sHSurCO4lwoNpMTV90q9dk6e7aX5/AhGdwA1lXPie1ccUUrAEe
        to8ce7NRr75w3m15Sq9wc4AKktyCrpWQgOlYAJNuiCdy6Cg47Sl1oD58HktsnOxR
        o4sx/D9XS55ZaQtuNFgBvV1mZZVYKCOlWWbwuFNo2XkOs8XxIdzsrra2NIawXL2I
        HjA5alf7NOHbn25qXZ++Ubu8GLIRcRiNRZ9qUZzn/hBB/MjbLEP2OOczqvrA5td4
        0WrojQT5Q8q1j/WI5RcAVDlYh6auAz3I/uKmIMhjM5AaLEgnsx/DoMZZV+Ee3HVF
        aRb7w8fgSM26Gf8x9tR8qhSaaqq87CsfGsRD
        =jtHn
        -----END PGP PUBLIC KEY BLOCK-----
        """;

    // The revocation certificate of the retired key, by itself.
    public const string RetiredRevocation = """
        -----BEGIN PGP PUBLIC KEY BLOCK-----
        Comment: This is a revocation certificate

        iHgEIBYIACAWIQTX2i6NhXJ1aaT7HFcb+rsC8mhUTwUCZZN9JQIdAAAKCRAb+rsC
        8mhUT8o+APsGrYizYNCxDmb4/6auYOPLaReLTUe8ZVCiIo1CxGn0LwD+KxVyfCeE
        RCcHBDPoYKWR/5o24/H0KRECONKNAx424QM=
        =dT0f
        -----END PGP PUBLIC KEY BLOCK-----
        """;

    // RFC 9580 appendix A.3.
    public const string Version6 = """
        -----BEGIN PGP PUBLIC KEY BLOCK-----

        xioGY4d/4xsAAAAg+U2nu0jWCmHlZ3BqZYfQMxmZu52JGggkLq2EVD34laPCsQYf
        GwoAAABCBYJjh3/jAwsJBwUVCg4IDAIWAAKbAwIeCSIhBssYbE8GCaaX5NUt+mxy
        KwwfHifBilZwj2Ul7Ce62azJBScJAgcCAAAAAK0oIBA+LX0ifsDm185Ecds2v8lw
        gyU2kCcUmKfvBXbAf6rhRYWzuQOwEn7E/aLwIwRaLsdry0+VcallHhSu4RN6HWaE
        QsiPlR4zxP/TP7mhfVEe7XWPxtnMUMtf15OyA51YBM4qBmOHf+MZAAAAIIaTJINn
        +eUBXbki+PSAld2nhJh/LVmFsS+60WyvXkQ1wpsGGBsKAAAALAWCY4d/4wKbDCIh
        BssYbE8GCaaX5NUt+mxyKwwfHifBilZwj2Ul7Ce62azJAAAAAAQBIKbpGG2dWTX8
        j+VjFM21J0hqWlEg+bdiojWnKfA5AQpWUWtnNwDEM0g12vYxoWM8Y81W+bHBw805
        I8kWVkXU6vFOi+HWvv/ira7ofJu16NnoUkhclkUrk0mXubZvyl4GBg==
        -----END PGP PUBLIC KEY BLOCK-----
        """;
}
