let amazonRootCertificates = ""
