#!/bin/bash
API_TOKEN="d41d8cd98f00b204"
curl -fsS -H "Authorization: Bearer $API_TOKEN" https://status.example.org/beat
