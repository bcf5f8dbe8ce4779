#!/usr/bin/env -S node --conditions=parlance-source
import "../src/main.ts";
