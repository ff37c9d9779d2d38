#!/usr/bin/env bun
import { runUpload } from "./program";

process.exitCode = await runUpload(process.argv.slice(2), process.env);
