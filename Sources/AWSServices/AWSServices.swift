// AWSServices
