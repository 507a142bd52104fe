#include "bench/suite/series.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "bench/native/controls.h"
#include "tasks/lookup.h"

namespace bench {

using nlohmann::json;

std::vector<std::string> add_arguments(const JsonReader& reader, std::string_view key, std::size_t cpus, Zip& zip) {
    std::vector<std::string> names;
    const json* const arguments = reader.find(key);
    if (arguments == nullptr) return names;
    if (!arguments->is_object())
        reader.fail("'" + std::string{key} + "' must be an object that gives each name a number or a list of them");
    for (const auto& [name, numbers] : arguments->items()) {
        zip.add(reader, name, numbers, cpus);
        names.push_back(name);
    }
    return names;
}

Given take(const Zip& zip, const std::vector<std::string>& names, std::size_t index) {
    std::vector<tasks::Arguments::Item> items;
    Symbols symbols;
    for (const std::string& name : names) {
        const Number& number = zip.at(name, index);
        items.emplace_back(name, number.value);
        if (!number.symbol.empty()) symbols.emplace(name, number.symbol);
    }
    return {tasks::Arguments{std::move(items)}, std::move(symbols)};
}

namespace {

// An element of a list of models. It chooses one model by its name, or all models with a trait or of a family.
struct Choice {
    JsonReader reader;
    std::vector<const models::Entry*> models;
    bool by_name;
};

std::vector<const models::Entry*> models_that(auto wanted) {
    std::vector<const models::Entry*> chosen;
    std::ranges::copy_if(models::table(), std::back_inserter(chosen),
                         [&](const auto* model) { return wanted(*model); });
    return chosen;
}

std::vector<const models::Entry*> of_trait(const JsonReader& reader) {
    const std::string trait = reader.text("models");
    if (trait == "all") return models_that([](const models::Entry&) { return true; });
    if (trait == "classic") return models_that([](const models::Entry& model) { return model.classic; });
    reader.fail("unknown models '" + trait + "'; there are: all, classic");
}

std::vector<const models::Entry*> of_family(const JsonReader& reader) {
    const std::string family = reader.text("family");
    std::set<std::string_view> families;
    for (const models::Entry* const model : models::table()) families.insert(to_string(model->family));
    for (const models::Absent& absent : models::absent()) families.insert(to_string(absent.family));
    if (!families.contains(family)) {
        reader.fail("unknown family '" + family + "'; there are: " + tasks::join_names(families));
    }
    return models_that([&](const models::Entry& model) { return to_string(model.family) == family; });
}

std::vector<const models::Entry*> of_name(const JsonReader& reader) {
    try {
        return {located(reader, [&] { return &find_model(reader.text("model")); })};
    } catch (const models::AbsentModel&) {
        // This build lacks the model; the list of models in the document says so.
        return {};
    }
}

Choice parse_choice(const json& choice, std::string where) {
    JsonReader reader{choice, std::move(where), {"model", "models", "family", "arguments"}};
    int ways = 0;
    for (const char* const way : {"model", "models", "family"}) ways += reader.find(way) != nullptr ? 1 : 0;
    if (ways != 1) reader.fail("give one of 'model' (a name), 'models' (all, classic) and 'family'");
    if (reader.find("model") != nullptr) return {reader, of_name(reader), true};
    if (reader.find("arguments") != nullptr)
        reader.fail("'arguments' needs 'model': models chosen in another way have their defaults");
    return {reader, reader.find("models") != nullptr ? of_trait(reader) : of_family(reader), false};
}

}  // namespace

std::vector<Series> parse_series(const json& models, const JsonReader& of, std::string_view key, std::size_t cpus) {
    if (!models.is_array()) of.fail("'" + std::string{key} + "' must be a list");
    std::vector<Choice> choices;
    std::set<const models::Entry*> taken;
    for (std::size_t i = 0; i < models.size(); ++i) {
        choices.push_back(parse_choice(models[i], of.element(key, i)));
        if (choices.back().by_name) taken.insert(choices.back().models.begin(), choices.back().models.end());
    }
    std::vector<Series> series;
    for (const Choice& choice : choices) {
        Zip zip;
        const auto names = add_arguments(choice.reader, "arguments", cpus, zip);
        for (const models::Entry* const model : choice.models) {
            if (!choice.by_name && !taken.insert(model).second) continue;
            for (std::size_t at = 0; at < zip.size(); ++at) {
                Given given = take(zip, names, at);
                (void)located(choice.reader, [&] { return tasks::complete(model->parameters, given.arguments); });
                series.push_back({model, std::move(given)});
            }
        }
    }
    return series;
}

}  // namespace bench
