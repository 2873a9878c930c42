# Made up, in the shape of the pillar of a load balancer.
haproxy:
  services:
    docs:
      domains:
        - docs.example.org
        - doc.example.org
      check: "HEAD /_check HTTP/1.1\\r\\nHost:\\ docs.example.org"

    hg:
      domains:
        - hg.example.org
      extra:
        - http-request set-header X-Made-Up yes

  redirects:
    old-name.example.org:
      target: docs.example.org
      request_uri: False

  listens:
    hg_ssh:
      bind: :20100
      service: hg-ssh
