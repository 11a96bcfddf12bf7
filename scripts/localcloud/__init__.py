"""A local cloud of real parts: moto plays AWS, functions run as their packaged zips under the Runtime Interface
Emulator.

Signatures and IAM are enforced, faults can be injected, and every request is logged. See README.md beside this file.
"""
