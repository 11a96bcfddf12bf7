import FoundationEssentials

print("hello \(Date())")
