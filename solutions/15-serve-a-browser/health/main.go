// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

// Command health asks the server on this machine whether it can do its work, and ends with 0
// if it says 200 to GET /healthz. It's for containers, which have no shell and no curl in
// them. It reads the settings that the server reads: ADDR, DATABASE and TLS_CERT.
package main

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

func main() {
	if err := ask(os.Getenv); err != nil {
		fmt.Fprintln(os.Stderr, "health:", err)
		os.Exit(1)
	}
}

// ask asks the server at ADDR, which must show the very certificate that is in its file. So
// that may be one for another name than this machine's, from any authority.
func ask(getenv func(string) string) error {
	database := cmp.Or(getenv("DATABASE"), "tasks.db")
	name := cmp.Or(getenv("TLS_CERT"), filepath.Join(filepath.Dir(database), "localhost-cert.pem"))
	certificate, err := read(name)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	host, port, err := net.SplitHostPort(cmp.Or(getenv("ADDR"), "127.0.0.1:8000"))
	if err != nil {
		return fmt.Errorf("ADDR: %w", err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() { // all addresses, so this machine's, too
		host = "localhost"
	}
	trusted := x509.NewCertPool()
	trusted.AddCert(certificate)
	client := &http.Client{
		Timeout:   3 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted, ServerName: certificate.DNSNames[0]}},
	}
	answer, err := client.Get("https://" + net.JoinHostPort(host, port) + "/healthz")
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the server says %s", answer.Status)
	}
	return nil
}

// read returns the first certificate in a file, which has the name of a host.
func read(name string) (*x509.Certificate, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("there's no certificate in it")
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err == nil && len(certificate.DNSNames) == 0 {
		return nil, errors.New("its certificate has no name of a host")
	}
	return certificate, err
}
