# Made up, in the shape of a pillar file with roles.
roles:
  docs:
    pattern:  "docs*.nyc1.example.net"
    purpose:  "Builds pages, and serves them"
    contact:  "anna"
  hg:
    pattern:  "hg.nyc1.example.net"
    purpose:  "Serves an archive"
    contact:  ""
  loadbalancer:
    pattern:  "lb*.nyc1.example.net"
    purpose:  "Load balancer"
    contact:  "Infrastructure"
