import CommandLineInterface
import Glibc

exit(Amictl.program.run())
