// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// loadCertificate returns the certificate that is configured. If none is, it's one for this
// machine, which is made where there is none yet, beside the database: localhost-cert.pem,
// which programs and browsers can be told to trust, and localhost-key.pem.
func loadCertificate(s settings) (tls.Certificate, error) {
	if s.certificate != "" {
		certificate, err := tls.LoadX509KeyPair(s.certificate, s.key)
		if err != nil {
			return tls.Certificate{}, fmt.Errorf("TLS_CERT and TLS_KEY: %w", err)
		}
		return certificate, nil
	}
	folder := filepath.Dir(s.database)
	names := [2]string{filepath.Join(folder, "localhost-cert.pem"), filepath.Join(folder, "localhost-key.pem")}
	certificate, err := tls.LoadX509KeyPair(names[0], names[1])
	switch {
	case err == nil && time.Until(certificate.Leaf.NotAfter) > 24*time.Hour:
		return certificate, nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return tls.Certificate{}, fmt.Errorf("%s: %w. Delete it and its key, and new ones are made", names[0], err)
	}
	if err := makeCertificate(names); err != nil {
		return tls.Certificate{}, fmt.Errorf("make a certificate for this machine: %w", err)
	}
	return tls.LoadX509KeyPair(names[0], names[1])
}

// tlsConfig returns how this server speaks TLS: in version 1.2 or newer (RFC 8996 ends the
// older ones; ASVS 12.1.1). That's what Go does by itself, unless somebody tells it otherwise
// from outside, by GODEBUG.
func tlsConfig(certificate tls.Certificate) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
}

// makeCertificate writes a certificate for localhost, good for a year, and its key, which only
// this user can read. It signs itself, so only who is told to will trust it, and it's no
// authority: somebody who gets its key can be localhost, and nothing else.
func makeCertificate(names [2]string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: "localhost"},
		DNSNames:              []string{"localhost"},
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		NotBefore:             now.Add(-time.Minute),
		NotAfter:              now.AddDate(1, 0, 0),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(names[1], pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600),
		os.WriteFile(names[0], pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}), 0o644),
	)
}
